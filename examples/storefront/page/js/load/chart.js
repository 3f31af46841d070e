// A line or two over the last minutes.

import { el, setText } from '../dom.js';

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT] = [300, 100];

function node(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}

/** A chart with a title; `draw(series, legend)` shows `[class, values]`, where null is a gap, and says the newest in words. */
export function chart(title, length) {
  const svg = node('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const legend = el('span', { className: 'legend' });
  const figure = el('figure', { className: 'chart' }, el('figcaption', {}, el('strong', {}, title), legend), svg);
  const draw = (series, words) => {
    const top = Math.max(...series.flatMap(([, values]) => values.map((value) => value ?? 0)), Number.MIN_VALUE) * 1.1;
    const axes = [0, 0.5, 1].map((part) => node('line', { class: 'axis', x1: 0, x2: WIDTH, y1: HEIGHT * part, y2: HEIGHT * part }));
    svg.replaceChildren(...axes, ...series.flatMap(([name, values]) => lines(name, values, top, length)));
    setText(legend, words);
  };
  return { figure, draw };
}

/** One line for every stretch without gaps. */
function lines(name, values, top, length) {
  const stretches = [[]];
  values.forEach((value, i) => {
    if (value === null) return stretches.push([]);
    const x = ((length - values.length + i) / (length - 1)) * WIDTH;
    stretches.at(-1).push(`${x.toFixed(1)},${(HEIGHT - (value / top) * HEIGHT).toFixed(1)}`);
  });
  return stretches.filter((points) => points.length > 1).map((points) => node('polyline', { class: name, points: points.join(' ') }));
}
