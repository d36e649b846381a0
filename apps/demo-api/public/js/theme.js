import { say } from './i18n.js';

const root = document.documentElement;
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** Light or dark as the system says, until somebody says otherwise here. */
export function themeButton(button) {
  const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : systemIsDark.matches);
  const label = () => say(button, isDark() ? 'theme.light' : 'theme.dark');
  const chosen = localStorage.getItem('theme');
  if (chosen) root.dataset.theme = chosen;
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset.theme);
    label();
  });
  systemIsDark.addEventListener('change', label);
  label();
}
