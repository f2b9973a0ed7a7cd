// Light or dark before the first paint. The server writes data-bs-theme when the person
// has chosen; otherwise the page follows the system, also while it is open.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let choice = root.dataset.bsTheme || "system";

  function apply() {
    const theme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
    root.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  }

  function choose(theme, form) {
    choice = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `cs_theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    for (const button of form.querySelectorAll("button[name=theme]")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
    apply();
  }

  root.classList.add("js");
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    choose(event.submitter.value, event.target);
  });
})();
