// ---- A figure is saved as it stands in the page, in the colours of paper, with its title, caption and source.

const SVG = document.querySelector('svg')?.namespaceURI;
const MARGIN = 16;
const LINE = 17;
const PNG_SCALE = 3;
const light = document.getElementById('theme').sheet.cssRules[0].style;

function lightValue(name) {
  return light.getPropertyValue(name).trim();
}

function svgElement(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text !== undefined) element.textContent = text;
  return element;
}

// Lines of `text` no wider than `width`, words longer than that cut.
function wrapped(text, width, font) {
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = font;
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    for (const piece of cutToFit(word, width, pen)) {
      const longer = lines.at(-1) ? `${lines.at(-1)} ${piece}` : piece;
      if (pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
      else lines.push(piece);
    }
  }
  return lines.filter(line => line);
}

function cutToFit(word, width, pen) {
  const pieces = [''];
  for (const letter of word) {
    if (pen.measureText(pieces.at(-1) + letter).width > width) pieces.push('');
    pieces[pieces.length - 1] += letter;
  }
  return pieces;
}

function textBlock(text, size, weight, colour, width) {
  const font = `${weight} ${size}px ${lightValue('--figure-font')}`;
  return { lines: wrapped(text, width, font), look: { 'font-size': `${size}px`, 'font-weight': weight, fill: lightValue(colour) } };
}

function describeFigure(figure) {
  const caption = figure.querySelector('figcaption');
  return {
    title: `${caption.querySelector('.no').textContent} ${caption.querySelector('b').textContent}`,
    marks: caption.querySelector('.marks')?.textContent || '',
    source: document.body.dataset.source,
  };
}

function svgOf(figure) {
  const drawing = figure.querySelector('svg.wide');
  const [, , width, height] = drawing.getAttribute('viewBox').split(/\s+/).map(Number);
  const { title, marks, source } = describeFigure(figure);
  const above = [textBlock(title, 13.5, 600, '--ink', width), textBlock(marks, 11.5, 400, '--ink2', width)];
  const below = textBlock(source, 10.5, 400, '--muted', width);
  const top = MARGIN + 8 + LINE * (above[0].lines.length + above[1].lines.length);
  const size = { width: width + 2 * MARGIN, height: top + height + LINE * below.lines.length + MARGIN };
  const sheet = svgElement('svg', { ...size, viewBox: `0 0 ${size.width} ${size.height}`, 'font-family': lightValue('--figure-font') });
  sheet.append(svgElement('title', {}, drawing.querySelector('title').textContent));
  sheet.append(svgElement('rect', { ...size, fill: lightValue('--paper') }));
  let y = MARGIN + 12;
  for (const block of above) y = write(sheet, block, y);
  sheet.append(onPaper(drawing, top));
  write(sheet, below, top + height + 12);
  return new XMLSerializer().serializeToString(sheet);
}

function write(sheet, block, y) {
  for (const line of block.lines) {
    sheet.append(svgElement('text', { x: MARGIN, y, ...block.look }, line));
    y += LINE;
  }
  return y;
}

// The drawing's marks, each colour that follows the theme exchanged for its value on paper.
function onPaper(drawing, top) {
  const group = svgElement('g', { transform: `translate(${MARGIN},${top})` });
  for (const child of drawing.children) {
    if (child.nodeName !== 'title') group.append(child.cloneNode(true));
  }
  for (const mark of group.querySelectorAll('*')) {
    for (const { name, value } of [...mark.attributes]) {
      mark.setAttribute(name, value.replace(/var\((--[\w-]+)\)/g, (whole, colour) => lightValue(colour)));
    }
  }
  return group;
}

function saveSvg(figure) {
  save(new Blob([svgOf(figure)], { type: 'image/svg+xml' }), `${figure.dataset.file}.svg`);
}

function savePng(figure) {
  const picture = new Image();
  picture.onload = () => {
    const canvas = document.createElement('canvas');
    canvas.width = picture.naturalWidth * PNG_SCALE;
    canvas.height = picture.naturalHeight * PNG_SCALE;
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(blob => (blob ? save(blob, `${figure.dataset.file}.png`) : say('This picture could not be made here')));
  };
  picture.onerror = () => say('This picture could not be made here');
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(figure))}`;
}

