// ---- A table is a stop for the keyboard only where it is wider than its place and has to be scrolled.

function stopWhereWide(place) {
  const isWide = place.scrollWidth > place.clientWidth + 1;
  if (isWide) {
    place.tabIndex = 0;
    place.setAttribute('role', 'region');
  } else {
    place.removeAttribute('tabindex');
    place.setAttribute('role', 'group');
  }
}

const sizes = new ResizeObserver(changed => changed.forEach(({ target }) => stopWhereWide(target)));
document.querySelectorAll('.scroll').forEach(place => sizes.observe(place));

