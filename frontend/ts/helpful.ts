// Helpful shows at once, then sends; when that fails it goes back and says so.
import { toast } from "./toast";

export function optimisticHelpful(): void {
  document.addEventListener("click", (e) => {
    const button = (e.target as Element).closest?.<HTMLButtonElement>("button[formaction$='/like']");
    if (!button) return;
    e.preventDefault();
    void send(button);
  });
}

async function send(button: HTMLButtonElement): Promise<void> {
  if (button.dataset["sending"]) return;
  const on = button.value;
  const address = button.formAction;
  turn(button);
  button.dataset["sending"] = "1";
  try {
    // The answer is a redirect to the discussion; it isn't followed.
    const res = await fetch(address, { method: "POST", body: new URLSearchParams({ on }), redirect: "manual" });
    if (!res.ok && res.type !== "opaqueredirect") throw new Error(String(res.status));
  } catch {
    turn(button);
    toast(() => void send(button));
  } finally {
    delete button.dataset["sending"];
  }
}

function turn(button: HTMLButtonElement): void {
  const pressed = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(pressed));
  button.value = pressed ? "0" : "1";
  let num = button.querySelector(".num");
  if (!num) {
    num = document.createElement("span");
    num.className = "num";
    button.append(" ", num);
  }
  const count = Number((num.textContent ?? "").replace(/\D/g, "")) + (pressed ? 1 : -1);
  num.textContent = count > 0 ? count.toLocaleString(document.documentElement.lang + "-u-nu-latn") : "";
}
