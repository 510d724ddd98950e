// ---- Words are found in text and tables, the closed tables behind figures included.

const field = document.getElementById('find');
const found = document.getElementById('found');
const steps = [...nav.querySelectorAll('[data-step]')];
const BLOCKS = 'h1, h2, p, figcaption, caption, th, td, dt, dd, small, label';
const LEFT_OUT = 'svg, summary, .tools, .controls, .vh';

let blocks = null; // [{ element, text, parts: [{ node, start }] }], read when the first word is asked for
let hits = [];
let current = -1;

// One unit for one unit, so that places in what is compared are places in the text.
function compared(text) {
  return [...text].map(letter => {
    if (/[\s\u00a0\u202f]/.test(letter)) return ' ';
    if (letter === '\u2212' || letter === '\u2013') return '-';
    if (letter === '\u2019') return "'";
    const bare = letter.normalize('NFD')[0].toLowerCase();
    return bare.length === letter.length ? bare : letter;
  }).join('');
}

function readBlocks() {
  const byElement = new Map();
  for (const place of document.querySelectorAll('header.top, main')) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const block = element.closest(BLOCKS);
      if (!block || element.closest(LEFT_OUT)) continue;
      if (!byElement.has(block)) byElement.set(block, { element: block, text: '', parts: [] });
      const entry = byElement.get(block);
      entry.parts.push({ node: walker.currentNode, start: entry.text.length });
      entry.text += compared(walker.currentNode.data);
    }
  }
  return [...byElement.values()];
}

function hitsOf(words) {
  const list = [];
  if (!words) return list;
  for (const block of blocks ??= readBlocks()) {
    for (let at = block.text.indexOf(words); at >= 0; at = block.text.indexOf(words, at + words.length)) {
      list.push({ element: block.element, range: rangeOf(block, at, at + words.length) });
    }
  }
  return list;
}

function rangeOf(block, from, to) {
  const range = document.createRange();
  const first = block.parts.findLast(part => part.start <= from);
  const last = block.parts.findLast(part => part.start < to);
  range.setStart(first.node, from - first.start);
  range.setEnd(last.node, to - last.start);
  return range;
}

function search() {
  const words = compared(field.value.trim()).replace(/ +/g, ' ');
  hits = hitsOf(words);
  leaveHit();
  paint('hits', hits);
  nav.classList.toggle('finding', words !== '');
  steps.forEach(step => { step.disabled = hits.length === 0; });
  found.textContent = words === '' ? '' : describeHits();
  countBySection();
  say(found.textContent, { isSeen: false });
}

function describeHits() {
  if (hits.length === 0) return 'not found';
  return hits.length === 1 ? '1 hit' : `${hits.length} hits`;
}

function countBySection() {
  const counts = new Map();
  for (const { element } of hits) {
    const id = element.closest('main > section')?.id;
    counts.set(id, (counts.get(id) || 0) + 1);
  }
  linkTo.forEach((link, id) => {
    if (counts.has(id)) link.dataset.hits = counts.get(id);
    else delete link.dataset.hits;
  });
}

function goToHit(step) {
  if (hits.length === 0) return;
  const first = step > 0 ? 0 : hits.length - 1;
  const next = current < 0 ? first : (current + step + hits.length) % hits.length;
  leaveHit();
  current = next;
  const { element, range } = hits[current];
  for (let box = element.closest('details'); box; box = box.parentElement.closest('details')) box.open = true;
  element.classList.add('hit');
  paint('hit', [hits[current]]);
  bringIntoView(element, range);
  const section = element.closest('main > section');
  const where = section ? linkTo.get(section.id).textContent : 'the top';
  found.textContent = `${current + 1} of ${hits.length}`;
  say(`Hit ${current + 1} of ${hits.length}, in ${where}: ${around(range)}`, { isSeen: false });
}

function around(range) {
  const text = range.startContainer.data;
  return text.slice(Math.max(0, range.startOffset - 30), range.endOffset + 40).trim();
}

function bringIntoView(element, range) {
  element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
  const { top, bottom } = range.getBoundingClientRect();
  if (top < 80 || bottom > innerHeight - 20) scrollBy({ top: top - innerHeight / 2, behavior: 'instant' });
}

function leaveHit() {
  if (current >= 0) hits[current]?.element.classList.remove('hit');
  document.querySelector('.hit')?.classList.remove('hit');
  current = -1;
  paint('hit', []);
}

// Marks words without touching the text; a browser that cannot still shows the block of the hit.
function paint(name, list) {
  if (!window.Highlight || !CSS.highlights) return;
  if (list.length) CSS.highlights.set(name, new Highlight(...list.map(hit => hit.range)));
  else CSS.highlights.delete(name);
}

// Esc ends the search; whoever went to a hit reads on there, also with the keyboard.
function endSearch() {
  const reached = hits[current]?.element;
  field.value = '';
  search();
  if (!isBeside.matches && reached) folded.open = false;
  if (!reached) return;
  reached.tabIndex = -1;
  reached.focus({ preventScroll: true });
  reached.addEventListener('blur', () => reached.removeAttribute('tabindex'), { once: true });
}

field.addEventListener('input', search);
field.addEventListener('keydown', event => {
  if (event.key === 'Enter') goToHit(event.shiftKey ? -1 : 1);
});
nav.querySelector('.find').addEventListener('keydown', event => {
  if (event.key !== 'Escape' || field.value === '') return;
  event.preventDefault();
  event.stopPropagation();
  endSearch();
});
steps.forEach(step => step.addEventListener('click', () => goToHit(Number(step.dataset.step))));

