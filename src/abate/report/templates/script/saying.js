// ---- What was done is said: read aloud by a screen reader, and shown for a moment.

const live = document.querySelector('.live');
let saying;

// Emptied first, so that the same words said twice are read twice.
function say(words, { isSeen = true } = {}) {
  live.textContent = '';
  clearTimeout(saying);
  saying = setTimeout(() => {
    live.textContent = words;
    live.classList.toggle('on', isSeen);
    saying = setTimeout(beSilent, 4000);
  }, 50);
}

function beSilent() {
  live.classList.remove('on');
  live.textContent = '';
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Saved ${name}`);
}

