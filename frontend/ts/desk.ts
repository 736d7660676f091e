// The desk of a consolidated reply: a response is dragged into a part of the
// text, or put into the part that was open last with the key c. Both press what
// is on the page anyway: the select that says where a response goes.

export function desk(): void {
  const form = document.querySelector<HTMLElement>("form .desk");
  if (!form) return;
  const slips = [...form.querySelectorAll<HTMLElement>(".slip")];
  let part = ""; // the key of the part that was open last
  let current = slips.find((s) => !s.classList.contains("used")) ?? slips[0];
  mark(slips, current);
  form.addEventListener("focusin", (e) => {
    const target = e.target as HTMLElement;
    const slip = target.closest<HTMLElement>(".slip");
    if (slip) mark(slips, (current = slip));
    const theme = target.closest<HTMLElement>(".theme[id^='b-']");
    if (!theme) return;
    part = theme.id.slice(2);
    const at = form.closest("form")?.querySelector<HTMLInputElement>("input[name='at']");
    if (at) at.value = part; // others see who is at which part
  });
  for (const slip of slips) {
    slip.draggable = true;
    slip.tabIndex = -1;
    slip.addEventListener("click", () => mark(slips, (current = slip)));
    slip.addEventListener("dragstart", (e) => {
      mark(slips, (current = slip));
      e.dataTransfer?.setData("text/plain", slip.id);
    });
  }
  for (const theme of form.querySelectorAll<HTMLElement>(".theme[id^='b-']")) {
    theme.addEventListener("dragover", (e) => e.preventDefault());
    theme.addEventListener("drop", (e) => {
      const slip = slips.find((s) => s.id === e.dataTransfer?.getData("text/plain"));
      if (!slip) return; // text that is dragged goes where it always did
      e.preventDefault();
      put(slip, theme.id.slice(2));
    });
  }
  document.addEventListener("keydown", (e) => {
    if (e.key !== "c" || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || inField(e.target)) return;
    if (!document.getElementById("keys") || !current) return; // switched off
    if (!put(current, part || firstPart(form))) return;
    e.preventDefault();
    current = slips.find((s) => !s.classList.contains("used")) ?? current;
    mark(slips, current);
    current.scrollIntoView({ block: "nearest" });
  });
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function firstPart(form: HTMLElement): string {
  return form.querySelector<HTMLElement>(".theme[id^='b-']:has(input)")?.id.slice(2) ?? "";
}

function mark(slips: HTMLElement[], current: HTMLElement | undefined): void {
  for (const s of slips) s.classList.toggle("current", s === current);
}

// put says whether the part takes responses.
function put(slip: HTMLElement, part: string): boolean {
  const select = slip.querySelector("select");
  if (!select || ![...select.options].some((o) => o.value === part)) return false;
  select.value = part;
  slip.classList.toggle("used", part !== "");
  select.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
