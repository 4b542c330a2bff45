// Theme and language: applied before anything is drawn, kept in cookies for the server to read.
(() => {
  const YEAR = 365 * 24 * 3600;
  const secure = location.protocol === "https:" ? "; secure" : "";
  const remember = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  };
  const root = document.documentElement;
  const light = matchMedia("(prefers-color-scheme: light)");
  const shade = () =>
    root.dataset.theme === "auto" ? (light.matches ? "light" : "dark") : root.dataset.theme;
  const apply = () => {
    root.dataset.shade = shade();
    window.dispatchEvent(new Event("omc-theme"));
  };
  root.dataset.theme ||= "auto";
  light.addEventListener("change", apply);
  apply();

  window.omcPreferences = {
    shade,
    toggleTheme() {
      root.dataset.theme = shade() === "dark" ? "light" : "dark";
      remember("omc_theme", root.dataset.theme);
      apply();
    },
    setLanguage(language) {
      remember("omc_language", language);
      location.replace(location.href);
    },
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-language], [data-theme-toggle]");
    if (!button) return;
    if (button.dataset.language) omcPreferences.setLanguage(button.dataset.language);
    else omcPreferences.toggleTheme();
  });
})();
