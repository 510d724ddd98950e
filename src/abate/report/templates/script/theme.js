// ---- Light, dark, or as the system has it; remembered where the browser allows it. And the button that prints.

const themeSwitch = document.getElementById('theme-switch');

function showTheme(name) {
  if (name) root.dataset.theme = name;
  else delete root.dataset.theme;
}

themeSwitch.value = root.dataset.theme || '';
themeSwitch.addEventListener('change', () => {
  showTheme(themeSwitch.value);
  try {
    if (themeSwitch.value) localStorage.setItem('abate-theme', themeSwitch.value);
    else localStorage.removeItem('abate-theme');
  } catch (refused) { /* no storage: the choice holds until the page is closed */ }
});
document.getElementById('print').addEventListener('click', () => print());
