// ---- The list of contents follows the reader, and is folded where there is no room beside the text.

const root = document.documentElement;
const nav = document.querySelector('nav.toc');
const folded = nav.querySelector('details');
const isBeside = window.matchMedia('(min-width: 1040px)');
const sections = [...document.querySelectorAll('main > section[id]')];
const linkTo = new Map([...nav.querySelectorAll('ol a')].map(link => [link.getAttribute('href').slice(1), link]));

function fold() {
  folded.open = isBeside.matches;
}

function sectionAtReader() {
  const atEnd = innerHeight + scrollY >= root.scrollHeight - 4;
  const line = innerHeight * 0.3;
  const begun = sections.filter(section => section.getBoundingClientRect().top < line);
  return atEnd ? sections.at(-1) : begun.at(-1) || sections[0];
}

function followReader() {
  const here = linkTo.get(sectionAtReader().id);
  if (here.hasAttribute('aria-current')) return;
  linkTo.forEach(link => link.removeAttribute('aria-current'));
  here.setAttribute('aria-current', 'location');
  nav.querySelector('.here').textContent = here.textContent;
  keepInView(here);
}

// Scrolls the list and nothing else, should it be longer than the window.
function keepInView(link) {
  const { top, bottom } = link.getBoundingClientRect();
  const list = nav.getBoundingClientRect();
  if (top < list.top) nav.scrollTop += top - list.top - 40;
  if (bottom > list.bottom) nav.scrollTop += bottom - list.bottom + 40;
}

let isAsked = false;
function followSoon() {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    followReader();
  });
}

fold();
isBeside.addEventListener('change', fold);
addEventListener('scroll', followSoon, { passive: true });
addEventListener('resize', followSoon);
nav.querySelector('ol').addEventListener('click', event => {
  if (event.target.closest('a') && !isBeside.matches) folded.open = false;
});
nav.addEventListener('keydown', event => {
  if (event.key === 'Escape' && !isBeside.matches && folded.open) {
    folded.open = false;
    folded.querySelector('summary').focus();
  }
});
followReader();

