// Menus are details elements; scripts add only that they close again.
export function menus(): void {
  const close = (except?: Node | null) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (!except || !menu.contains(except)) menu.open = false;
    }
  };
  document.addEventListener("click", (e) => close(e.target as Node));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    const open = document.activeElement?.closest<HTMLDetailsElement>("details.menu[open]");
    close();
    open?.querySelector("summary")?.focus();
  });
}
