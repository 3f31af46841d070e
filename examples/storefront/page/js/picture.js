// A picture of each kind of product, drawn here: there are no photographs of what nobody sells.

const SVG = 'http://www.w3.org/2000/svg';

const path = (d, more = {}) => ['path', { d, ...more }];
const circle = (cx, cy, r, more = {}) => ['circle', { cx, cy, r, ...more }];
const rect = (x, y, width, height, rx = 2, more = {}) => ['rect', { x, y, width, height, rx, ...more }];
const solid = { class: 'solid' };

/** Shapes on a field of 64 by 64, by product or else by kind. */
const SHAPES = {
  thangka: [rect(18, 12, 28, 36), path('M14 12h36M14 48h36M22 48v6M42 48v6'), circle(32, 28, 6, solid), path('M22 42c4-8 16-8 20 0', solid)],
  singing_bowl: [path('M12 30h40c0 14-9 20-20 20S12 44 12 30z', solid), path('M40 24l10-12M18 22c2-3 0-5 2-8M28 22c2-3 0-5 2-8')],
  statue: [circle(32, 18, 7, solid), path('M20 46c0-12 5-19 12-19s12 7 12 19z', solid), path('M14 52h36')],
  jewellery: [path('M22 14v10M42 14v10'), circle(22, 36, 10), circle(42, 36, 10), circle(22, 36, 3, solid), circle(42, 36, 3, solid)],
  digital: [rect(10, 16, 44, 32, 4), path('M28 25l12 7-12 7z', solid)],
  device: [rect(21, 8, 22, 48, 5), path('M29 14h6'), circle(32, 49, 1.5, solid)],
  plan: [rect(14, 40, 6, 10, 1, solid), rect(24, 32, 6, 18, 1, solid), rect(34, 24, 6, 26, 1, solid), rect(44, 14, 6, 36, 1, solid)],
  addon: [path('M10 36l44-18-14 34-8-14z', solid), path('M32 38l22-20')],
  incense: [path('M16 54h32M24 52L44 18M30 52l16-30'), path('M46 14c4-2-2-5 2-8')],
  office: [rect(16, 12, 32, 40, 3), path('M23 22h18M23 30h18M23 38h10')],
  beach: [circle(32, 32, 10, solid), path('M32 12v5M32 47v5M12 32h5M47 32h5M18 18l4 4M42 42l4 4M46 18l-4 4M22 42l-4 4')],
  'desk-lamp': [path('M20 54h24M32 54L22 30l16-14'), path('M32 12l14 10-8 8z', solid)],
  'pen-blue-box': [path('M16 48l4-12 22-22 8 8-22 22z', solid), path('M38 18l8 8')],
  'sun-hat': [path('M8 42c8 8 40 8 48 0-6-2-8-4-10-6H18c-2 2-4 4-10 6z', solid), path('M18 36c0-22 28-22 28 0')],
  'beach-towel': [rect(18, 10, 28, 44, 3), path('M18 20h28M18 26h28M18 42h28')],
  'sunscreen-50': [rect(22, 20, 20, 34, 4), rect(26, 10, 12, 10, 2, solid), circle(32, 36, 5, solid)],
  other: [path('M14 24l18-10 18 10v18L32 52 14 42z'), path('M14 24l18 10 18-10M32 34v18')],
};

export function picture({ id, kind }) {
  const svg = node('svg', { viewBox: '0 0 64 64', 'aria-hidden': 'true', focusable: 'false', class: 'picture' });
  svg.dataset.hue = hue(id);
  svg.append(...(SHAPES[id] ?? SHAPES[kind] ?? SHAPES.other).map(([tag, attributes]) => node(tag, attributes)));
  return svg;
}

function node(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** One of six tints, always the same for the same product. */
const hue = (id) => [...id].reduce((sum, letter) => (sum * 33 + letter.charCodeAt(0)) % 65_521, 5_381) % 6;
