// toast says that an act was put back, for eight seconds, with another try.
// Its words come from the page: they are in the reader's language.
export function toast(again: () => void): void {
  const words = document.getElementById("act")?.dataset ?? {};
  const box = document.createElement("div");
  box.className = "toast floating";
  box.setAttribute("role", "status");
  const said = document.createElement("span");
  said.textContent = words["failed"] ?? "";
  const button = document.createElement("button");
  button.className = "btn";
  button.textContent = words["again"] ?? "";
  button.addEventListener("click", () => {
    box.remove();
    again();
  });
  box.append(said, button);
  document.body.append(box);
  window.setTimeout(() => box.remove(), 8_000);
}
