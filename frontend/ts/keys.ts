// Single keys, never inside fields, off where the reader said so. Each presses
// a control that is on the page anyway.

const go: Record<string, string> = { t: "/", i: "/notifications", c: "/communities", d: "/drafts" };

let first = ""; // the g of a pair, for one second

export function keys(): void {
  const sheet = document.getElementById("keys");
  if (!sheet) return; // signed out, or switched off
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || inField(e.target)) return;
    if (press(e.key, sheet)) e.preventDefault();
  });
}

function press(key: string, sheet: HTMLElement): boolean {
  const pair = first;
  first = "";
  if (pair === "g") {
    const to = go[key];
    if (to) location.assign(to);
    return !!to;
  }
  switch (key) {
    case "g":
      first = "g";
      window.setTimeout(() => (first = ""), 1_000);
      return true;
    case "/":
      return focus(document.getElementById("q"));
    case "?":
      (sheet as HTMLDialogElement).showModal();
      return true;
    case "n":
      return click(document.querySelector<HTMLElement>("a[href^='/c/'][href$='/new']"));
    case "j":
      return step(1);
    case "k":
      return step(-1);
    case "r":
      return click(within("a[href*='?to=']") ?? document.querySelector<HTMLElement>("a[href*='?to=']"));
    case "h":
      return click(within("button[formaction$='/like']"));
    case "m":
      return click(within("button[value='me-too']"));
    case "s":
      return click(within(".acts details:last-of-type > summary"));
    case "a":
      return click(within(".acts details:first-of-type > summary"));
    case "e":
      return click(within("a[href$='/edit']"));
  }
  return false;
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function focus(el: HTMLElement | null): boolean {
  el?.focus();
  return !!el;
}

function click(el: HTMLElement | null | undefined): boolean {
  el?.click();
  return !!el;
}

const item = ".rows > li, li.duty, article.reply";

function within(selector: string): HTMLElement | null {
  return document.activeElement?.closest(item)?.querySelector<HTMLElement>(selector) ?? null;
}

// step moves the focus to the first link of the next or previous row or reply
// that shows.
function step(by: number): boolean {
  const all = [...document.querySelectorAll<HTMLElement>(item)].filter((el) => el.offsetParent && el.closest("main"));
  const here = document.activeElement?.closest<HTMLElement>(item);
  const next = all[here ? all.indexOf(here) + by : 0];
  return focus(next?.querySelector<HTMLElement>("a.title, .who-line a, a, button") ?? null);
}
