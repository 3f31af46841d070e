// What is for sale.

import { edit } from './cart.js';
import { cartToFill } from './carts.js';
import { byId, el, keyed, setOptions, setText, setWaiting } from './dom.js';
import { during, say } from './feedback.js';
import { money } from './money.js';
import { picture } from './picture.js';
import { onChange, state } from './state.js';
import { suggest } from './suggest.js';

const KINDS = { thangka: 'Thangkas', singing_bowl: 'Singing bowls', statue: 'Statues', jewellery: 'Jewellery', digital: 'Courses', device: 'Phones', plan: 'Plans', addon: 'Add-ons', beach: 'Beach', office: 'Office', incense: 'Incense' };
const kindName = (kind) => KINDS[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1).replace(/_/g, ' ');

export function startProducts() {
  byId('search').oninput = show;
  byId('kind').onchange = show;
  onChange(show);
}

function show() {
  const { world } = state;
  if (!world) return;
  const kinds = [...new Set(world.products.map(({ kind }) => kind))];
  setOptions(byId('kind'), [{ value: '', label: 'Everything' }, ...kinds.map((kind) => ({ value: kind, label: kindName(kind) }))], byId('kind').value);
  const found = world.products.filter(isWanted);
  setText(byId('products-state'), found.length === 0 ? 'Nothing here goes by that.' : '');
  byId('products-state').hidden = found.length > 0;
  keyed(byId('products'), found, ({ id }) => id, card, update);
}

function isWanted({ name, kind }) {
  const words = byId('search').value.trim().toLowerCase().split(/\s+/);
  const wanted = byId('kind').value;
  return (!wanted || kind === wanted) && words.every((word) => `${name} ${kindName(kind)}`.toLowerCase().includes(word));
}

function card(product) {
  const problem = el('p', { className: 'problem', role: 'alert', hidden: true, id: `problem-${product.id}` });
  const button = el('button', { type: 'button', 'aria-describedby': problem.id });
  button.onclick = () => during(button, problem, () => wanted(product));
  return el('li', { className: 'card' },
    picture(product),
    el('div', { className: 'card-text' },
      el('h3', {}, product.name),
      el('p', { className: 'price' }),
      el('p', { className: 'stock' })),
    button, problem);
}

function update(card, product) {
  const { world } = state;
  const reduced = product.list_price !== product.unit_price;
  const price = card.querySelector('.price');
  const shown = `${product.unit_price}|${product.list_price}`;
  if (price.dataset.shown !== shown) {
    price.dataset.shown = shown;
    const before = reduced ? [el('s', {}, el('span', { className: 'hidden' }, 'instead of '), money(product.list_price, world.currency))] : [];
    price.replaceChildren(el('span', { className: 'now' }, money(product.unit_price, world.currency)), ...before);
  }
  setText(card.querySelector('.stock'), remarks(product));
  const button = card.querySelector('button');
  const label = state.can.has('edit_lines') || !state.cart ? 'Add' : 'Suggest';
  setText(button, label);
  button.setAttribute('aria-label', `${label} ${product.name}`);
  setWaiting(button, state.opening || !(state.visiting || state.account));
  button.hidden = !canBeAdded(product) || (state.visiting && !state.can.has('suggest'));
}

const canBeAdded = ({ stock_type: type, available }) => type === 'unlimited' || (type === 'limited' && available !== 0);

function remarks({ stock_type: type, available, tiers, quantity_rule: { min, max, step } }) {
  const { currency } = state.world;
  const said = [];
  if (type === 'out_of_stock' || available === 0) said.push('Sold out');
  else if (type === 'call') said.push('On request');
  else if (type === 'limited' && available < 15) said.push(available === 1 ? 'The last one' : `${available} left`);
  if (min > 1) said.push(`from ${min}`);
  if (step > 1) said.push(`in steps of ${step}`);
  if (max) said.push(`at most ${max}`);
  tiers.slice(0, 1).forEach(({ from, unit_price: price }) => said.push(`${money(price, currency)} from ${from}`));
  return said.join(' · ');
}

async function wanted(product) {
  const quantity = product.quantity_rule.min ?? 1;
  if (state.visiting || (state.cart && !state.can.has('edit_lines'))) {
    return suggest({ op: 'add', product_id: product.id, quantity }, `Add ${product.name}`);
  }
  await cartToFill();
  const isThere = state.cart?.items.some((item) => item.product_id === product.id);
  await edit('POST', '/add-item', { product_id: product.id, quantity: isThere ? (product.quantity_rule.step ?? 1) : quantity });
  say(`${product.name} is in the cart.`, 'done');
}
