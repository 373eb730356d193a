import { signal } from '@preact/signals';

const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'theme';

const stored = () => {
  try {
    return localStorage.getItem(key);
  } catch {
    // A browser may forbid storage; the page then follows the system.
    return null;
  }
};

/** As chosen in this browser. */
export const theme = signal<Theme>(themes.find((one) => one === stored()) ?? 'auto');

export function applyTheme(): void {
  const { dataset } = document.documentElement;
  if (theme.value === 'auto') delete dataset.theme;
  else dataset.theme = theme.value;
}

/** System, light, dark, and round again. */
export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto';
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // It then holds until the page is left.
  }
  applyTheme();
}
