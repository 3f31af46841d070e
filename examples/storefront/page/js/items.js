// The items of the cart.

import { edit } from './cart.js';
import { byId, el, keyed, setText, setValue } from './dom.js';
import { during } from './feedback.js';
import { isZero, money } from './money.js';
import { picture } from './picture.js';
import { onChange, product, productName, state } from './state.js';
import { suggest } from './suggest.js';
import { person, unavailable } from './words.js';

export function startItems() {
  onChange(show);
}

function show() {
  const { cart } = state;
  const items = cart?.items ?? [];
  const about = byId('cart-state');
  about.hidden = items.length > 0;
  if (cart && items.length === 0) setText(about, state.can.has('edit_lines') ? 'Nothing in here yet. Add something that you like.' : 'Nothing in here yet.');
  if (!cart) setText(about, missing());
  // A link that lets nobody suggest does not name its items.
  keyed(byId('items'), items.map((item, i) => ({ ...item, key: item.item_id ?? `${i}-${item.product_id}` })), ({ key }) => key, row, update);
}

function missing() {
  if (state.opening) return 'Loading the cart…';
  return state.visiting ? '' : 'You have no cart yet. The first product you add makes one.';
}

const nameOf = (item) => item.name ?? productName(item.product_id);

function row(item) {
  const known = product(item.product_id);
  const problem = el('p', { className: 'problem', role: 'alert', hidden: true });
  const made = el('li', { className: 'item' },
    picture({ id: item.product_id, kind: item.kind ?? known?.kind }),
    el('div', { className: 'item-text' },
      el('p', { className: 'item-name' }, nameOf(item)),
      el('p', { className: 'item-about' }),
      item.note && el('p', { className: 'comment' }, item.note)),
    el('p', { className: 'item-total' }),
    item.item_id ? controls(item, problem) : el('p', { className: 'amount-only' }),
    problem);
  return made;
}

/** Fewer, so many, more; and away with it. */
function controls(item, problem) {
  const name = nameOf(item);
  const step = product(item.product_id)?.quantity_rule.step ?? 1;
  const current = () => state.cart?.items.find(({ item_id: id }) => id === item.item_id)?.quantity ?? item.quantity;
  const to = (control, quantity) => during(control, problem, () => setQuantity(item, quantity));
  const input = el('input', { type: 'number', inputMode: 'numeric', min: '1', step: String(step), className: 'quantity', 'aria-label': `Quantity of ${name}` });
  input.onchange = async () => {
    await to(input, Number(input.value));
    input.value = current();
  };
  const button = (label, text, doing) => el('button', { type: 'button', 'aria-label': `${label} ${name}`, onclick: ({ currentTarget }) => doing(currentTarget) }, text);
  const fewer = button('Fewer of', '−', (control) => to(control, current() - step));
  const more = button('More of', '+', (control) => to(control, current() + step));
  const remove = button('Remove', 'Remove', (control) => during(control, problem, () => removeItem(item)));
  fewer.className = more.className = 'round';
  remove.className = 'as-link remove';
  return el('div', { className: 'controls' }, fewer, input, more, remove);
}

async function setQuantity(item, quantity) {
  if (!Number.isInteger(quantity)) return;
  if (quantity < 1) return removeItem(item);
  if (!state.can.has('edit_lines')) {
    return suggest({ op: 'set_quantity', item_id: item.item_id, quantity }, `Another quantity of ${nameOf(item)}`);
  }
  await edit('PATCH', `/items/${item.item_id}`, { quantity });
}

async function removeItem(item) {
  if (!state.can.has('edit_lines')) return suggest({ op: 'remove', item_id: item.item_id }, `Remove ${nameOf(item)}`);
  await edit('DELETE', `/items/${item.item_id}`);
}

function update(row, item) {
  const { cart } = state;
  const isOpen = state.visiting || cart.status === 'active';
  const before = row.dataset.quantity;
  if (before !== undefined && before !== String(item.quantity)) flash(row);
  row.dataset.quantity = item.quantity;
  row.classList.toggle('left-out', item.available === false);
  setText(row.querySelector('.item-about'), about(item));
  setText(row.querySelector('.item-total'), item.total ? money(item.total, cart.currency) : '');
  const controls = row.querySelector('.controls');
  if (!controls) return setText(row.querySelector('.amount-only'), `${item.quantity} ×`);
  setValue(controls.querySelector('input'), String(item.quantity));
  controls.querySelectorAll('button, input').forEach((control) => {
    control.disabled = !isOpen || !(state.can.has('edit_lines') || state.can.has('suggest'));
  });
}

function about(item) {
  const { currency } = state.cart;
  const said = [];
  if (item.available === false) said.push(unavailable(item.unavailable_reason));
  else if (item.unit_price) said.push(...price(item, currency));
  if (item.added_by && item.added_by.user_id !== state.user) said.push(`added by ${person(item.added_by)}`);
  return said.join(' · ');
}

/** What is taken off is taken off the list price. */
function price({ unit_price: unit, list_price: list, discount }, currency) {
  if (discount === undefined || isZero(discount)) return [`${money(unit, currency)} each`];
  return [`${money(list, currency)} each`, `${money(discount, currency)} off`];
}

/** Shows for a moment that something is another now. */
function flash(row) {
  row.classList.remove('changed');
  requestAnimationFrame(() => row.classList.add('changed'));
}
