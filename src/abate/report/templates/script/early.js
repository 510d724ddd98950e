// Before anything is drawn: say that there is a script, and take the theme that the reader chose last time.
document.documentElement.classList.add('js');
try {
  const chosen = localStorage.getItem('abate-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch (refused) { /* no storage: the theme is the system's */ }
