// ---- A table is saved by the same rules as the CSV files beside the page, and copied so that Word takes it as a table.

const NUMBER = /^-?\p{Nd}+(\.\p{Nd}+)?(e[+-]?\p{Nd}+)?$/u;

// A number as a program reads it; another cell as it stands, with plain spaces.
function machineNumber(cell) {
  const plain = cell.replaceAll('\u202f', '').replaceAll('\u2212', '-').replace(/^\+/, '');
  return NUMBER.test(plain) ? plain : cell.replaceAll('\u202f', ' ');
}

// No spreadsheet program may run a cell.
function guarded(cell) {
  return /^[=+\-@\t\r\n]/.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

function quoted(cell) {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function rowsOf(table) {
  return [...table.rows].map(row => ({ isHead: row.parentElement.nodeName === 'THEAD', cells: [...row.cells].map(cell => cell.textContent) }));
}

function csvOf(table) {
  const lines = rowsOf(table).map(({ isHead, cells }) => cells.map(cell => quoted(guarded(isHead ? cell : machineNumber(cell)))).join(','));
  return `\ufeff${lines.join('\r\n')}\r\n`;
}

// A tab or a break in a cell would be the end of it where the text is pasted.
function plainOf(table) {
  const texts = rowsOf(table).map(({ cells }) => cells.map(cell => cell.replace(/[\t\r\n]/g, ' ')).join('\t'));
  return [table.caption.textContent, ...texts, ...notesOf(table)].join('\r\n');
}

function notesOf(table) {
  return [...table.closest('.tab').querySelectorAll('.under')].map(note => note.textContent);
}

// Three rules and Arial, as journals set a table; caption and notes are paragraphs before and after it.
function wordOf(table) {
  const copy = document.createElement('table');
  copy.setAttribute('style', 'border-collapse:collapse;font-family:Arial,sans-serif;font-size:9pt;border-top:1.5pt solid #000;border-bottom:1.5pt solid #000');
  for (const row of table.rows) {
    const line = copy.insertRow();
    for (const cell of row.cells) line.append(wordCell(cell, row));
  }
  const around = document.createElement('div');
  around.append(wordParagraph(table.caption.textContent), copy, ...notesOf(table).map(wordParagraph));
  return around.innerHTML;
}

function wordCell(cell, row) {
  const isHead = row.parentElement.nodeName === 'THEAD';
  const isLeft = cell.cellIndex === 0 || cell.classList.contains('tx') || cell.closest('table').classList.contains('prose');
  const isBold = isHead || row.classList.contains('group') || row.classList.contains('key');
  const copy = document.createElement(isHead ? 'th' : 'td');
  copy.textContent = cell.textContent;
  copy.setAttribute('style', `padding:2pt 5pt;vertical-align:top;text-align:${isLeft ? 'left' : 'right'};font-weight:${isBold ? 'bold' : 'normal'}`
    + (isHead ? ';border-bottom:.75pt solid #000' : ''));
  return copy;
}

function wordParagraph(text) {
  const paragraph = document.createElement('p');
  paragraph.textContent = text;
  paragraph.setAttribute('style', 'font-family:Arial,sans-serif;font-size:9pt;margin:3pt 0');
  return paragraph;
}

function saveCsv(table, name) {
  save(new Blob([csvOf(table)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
}

// Asked of the browser as an ordinary copy, which a page opened from a folder may do everywhere.
function copyTable(table) {
  let isTaken = false;
  const give = event => {
    event.clipboardData.setData('text/html', wordOf(table));
    event.clipboardData.setData('text/plain', plainOf(table));
    event.preventDefault();
    event.stopPropagation();
    isTaken = true;
  };
  document.addEventListener('copy', give, { capture: true, once: true });
  document.execCommand('copy');
  document.removeEventListener('copy', give, { capture: true });
  say(isTaken ? 'Table copied' : 'This browser did not let the page copy; save the table as CSV instead');
}

const DEEDS = {
  svg: button => saveSvg(button.closest('figure')),
  png: button => savePng(button.closest('figure')),
  csv: button => saveCsv(button.closest('.tab').querySelector('table'), button.closest('.tab').dataset.file),
  copy: button => copyTable(button.closest('.tab').querySelector('table')),
};

document.addEventListener('click', event => {
  const button = event.target.closest('button[data-do]');
  if (button) DEEDS[button.dataset.do](button);
});

