// cp-composer keeps what is being written: on the device with every input, on
// the server every ten seconds and when the page goes away. The textarea is
// the truth; without this element the form sends just the same.

const prefix = "draft:";
const serverEvery = 10_000;

interface Kept {
  text: string;
  title?: string;
  at: number;
}

export class Composer extends HTMLElement {
  private saved = ""; // the text the server has
  private timer = 0;

  connectedCallback(): void {
    const form = this.querySelector("form");
    const area = this.querySelector("textarea");
    if (!form || !area || !this.key) return;
    this.saved = this.written(area);
    this.restore(area);
    this.tools(area);
    form.addEventListener("input", () => this.keep(area));
    area.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", (e) => this.sending(e));
    addEventListener("pagehide", () => this.toServer(area));
    document.addEventListener("submit", (e) => {
      if (e.target !== form) this.toServer(area); // signing out ends the right to save
    });
  }

  private get key(): string {
    return this.dataset["draft"] ?? "";
  }

  // heading is the title field, where the form has one.
  private get heading(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>("input[name=title]");
  }

  private written(area: HTMLTextAreaElement): string {
    return (this.heading?.value ?? "") + "\n" + area.value;
  }

  private keep(area: HTMLTextAreaElement): void {
    const title = this.heading?.value ?? "";
    const kept: Kept = { text: area.value, title, at: Date.now() };
    try {
      if (area.value || title) localStorage.setItem(prefix + this.key, JSON.stringify(kept));
      else localStorage.removeItem(prefix + this.key);
    } catch {
      // storage is full or forbidden; the server copy remains
    }
    this.say(kept.at);
    if (!this.timer) {
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.toServer(area);
      }, serverEvery);
    }
  }

  private toServer(area: HTMLTextAreaElement): void {
    const now = this.written(area);
    if (now === this.saved) return;
    const body = new URLSearchParams({ key: this.key, text: area.value, title: this.heading?.value ?? "" });
    if (navigator.sendBeacon("/drafts", body)) this.saved = now;
  }

  // restore never overwrites: a text that came from the server, after a failed
  // send or from another device, is at least as new as what the page was asked.
  private restore(area: HTMLTextAreaElement): void {
    const kept = read(this.key);
    const title = this.heading;
    if (!kept || area.value || title?.value || !(kept.text || kept.title)) return;
    area.value = kept.text;
    if (title) title.value = kept.title ?? "";
    const banner = document.createElement("div");
    banner.className = "banner mt1";
    banner.setAttribute("role", "status");
    const said = document.createElement("p");
    said.textContent = this.dataset["restored"] ?? "";
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "btn small quiet";
    discard.textContent = this.dataset["discard"] ?? "";
    discard.addEventListener("click", () => {
      area.value = "";
      if (title) title.value = "";
      this.keep(area);
      banner.remove();
      area.focus();
    });
    banner.append(said, discard);
    this.prepend(banner);
  }

  private say(at: number): void {
    const status = this.querySelector("[data-status]");
    const clock = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    if (status) status.textContent = (this.dataset["kept"] ?? "").replace("%s", clock);
  }

  private sending(e: SubmitEvent): void {
    const button = e.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    if (button.getAttribute("aria-busy") === "true") {
      e.preventDefault(); // sent twice is posted twice
      return;
    }
    if (button.hasAttribute("formaction")) return; // a preview sends nothing
    button.setAttribute("aria-busy", "true");
    button.textContent = this.dataset["sending"] ?? button.textContent;
    clearTimeout(this.timer);
    const area = this.querySelector("textarea");
    if (area) this.saved = this.written(area);
  }

  private tools(area: HTMLTextAreaElement): void {
    const bar = this.querySelector<HTMLElement>(".toolbar");
    if (!bar) return;
    bar.hidden = false;
    bar.addEventListener("click", (e) => {
      const button = (e.target as Element).closest<HTMLElement>("[data-mark]");
      if (!button) return;
      mark(area, button.dataset["mark"] ?? "");
      this.keep(area);
    });
  }
}

// mark writes Markdown around the selection, or in front of its lines.
function mark(area: HTMLTextAreaElement, sign: string): void {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const chosen = value.slice(from, to);
  let text = sign + chosen + sign;
  let caret = from + sign.length + chosen.length;
  if (sign.endsWith(" ")) {
    text = chosen.split("\n").map((line) => sign + line).join("\n");
    if (from > 0 && value[from - 1] !== "\n") text = "\n" + text;
    caret = from + text.length;
  } else if (sign.startsWith("[")) {
    text = "[" + chosen + sign.slice(1);
    caret = from + text.length - 1;
  }
  area.setRangeText(text, from, to);
  area.setSelectionRange(caret, caret);
  area.focus();
}

function read(key: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(prefix + key) ?? "null");
    return kept && typeof (kept as Kept).text === "string" ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

// forgetSentDraft runs on the page after a send. Only the server knows that the
// text arrived; a page that loads well may come after one that never did.
export function forgetSentDraft(): void {
  const key = document.body.dataset["forget"];
  try {
    if (key) localStorage.removeItem(prefix + key);
  } catch {
    // without storage there is nothing to forget
  }
}
