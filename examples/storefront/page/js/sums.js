// What the cart comes to, as the server says, and why.

import { read } from './api.js';
import { byId, el, keyed, setText } from './dom.js';
import { clearProblem, sayProblem } from './feedback.js';
import { isZero, less, money } from './money.js';
import { onChange, state } from './state.js';

export function startSums() {
  const watched = new IntersectionObserver(([seen]) => byId('bar').classList.toggle('away', seen.isIntersecting));
  watched.observe(byId('cart'));
  byId('explain-open').onclick = explain;
  onChange(show);
}

function show() {
  const { cart } = state;
  const isShown = Boolean(cart?.total && cart.items.length > 0);
  byId('sums').hidden = !isShown;
  byId('explain-open').hidden = !isShown || state.visiting;
  byId('foot').hidden = !isShown;
  setText(byId('total'), isShown ? money(cart.total, cart.currency) : '');
  keyed(byId('sums'), isShown ? sums(cart) : [], ({ key }) => key, row, (made, { label, amount, about = '' }) => {
    setText(made.querySelector('span'), label);
    setText(made.querySelector('small'), about);
    setText(made.lastElementChild, amount);
  });
  bar();
}

const row = () => el('div', {}, el('dt', {}, el('span'), el('small')), el('dd'));

/** Which offers apply. What each takes off is in the explanation, since some of it is off the delivery. */
const offers = ({ promotions = [] }) => promotions.map(({ name }) => name).join(' · ');

function sums(cart) {
  const { currency } = cart;
  const line = (key, label, amount) => ({ key, label, amount });
  const some = (text) => text !== undefined && !isZero(text);
  const charge = (key, charged) => charged && line(key, charged.name, isZero(charged.total) ? 'free' : money(charged.total, currency));
  return [
    line('subtotal', 'Items', money(cart.subtotal, currency)),
    some(cart.discount) && { ...line('discount', 'Discount', less(cart.discount, currency)), about: offers(cart) },
    charge('shipping', cart.shipping),
    cart.payment_fee && some(cart.payment_fee.total) && charge('payment', cart.payment_fee),
    ...(cart.fees ?? []).map((fee) => charge(`fee-${fee.fee_id}`, fee)),
    ...(cart.taxes ?? []).map((tax, i) => line(`tax-${i}`, cart.tax_included ? `${tax.name}, included` : tax.name, money(tax.amount, currency))),
    cart.cash_rounding !== undefined && some(cart.cash_rounding) && line('rounding', 'Rounding', money(cart.cash_rounding, currency)),
  ].filter(Boolean);
}

/** What a phone shows of the cart while it shows products. */
function bar() {
  const { cart } = state;
  const count = cart?.item_count ?? cart?.items.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  byId('bar').hidden = count === 0;
  setText(byId('bar-count'), `${count} ${count === 1 ? 'unit' : 'units'} in the cart`);
  setText(byId('bar-total'), cart?.total ? money(cart.total, cart.currency) : 'See the cart');
}

async function explain() {
  const list = byId('explain-text');
  const problem = byId('explain-problem');
  clearProblem(problem);
  list.replaceChildren();
  byId('explain').showModal();
  try {
    const { body } = await read(`/api/cart/${state.cart.cart_id}/explanation`);
    list.replaceChildren(...body.text.map((line) => el('li', {}, line)));
  } catch (error) {
    sayProblem(problem, error);
  }
}
