/** Light, dark, or the system's theme. */
const themes = ["auto", "light", "dark"] as const;
const signs = { auto: "◐", light: "☀", dark: "☾" } as const;
type Theme = (typeof themes)[number];

export function setUpThemeButton(button: HTMLButtonElement): void {
  let now: Theme = themes.find((theme) => theme === savedTheme()) ?? "auto";
  const show = (): void => {
    document.documentElement.dataset["theme"] = now;
    button.textContent = signs[now];
    button.setAttribute("aria-label", `Colours: ${now}`);
    button.title = `Colours: ${now}`;
  };
  button.onclick = () => {
    now = themes[(themes.indexOf(now) + 1) % themes.length]!;
    try {
      localStorage.setItem("tune-theme", now);
    } catch {
      // Without browser storage the theme still applies.
    }
    show();
  };
  show();
}

function savedTheme(): string | null {
  try {
    return localStorage.getItem("tune-theme");
  } catch {
    return null;
  }
}
