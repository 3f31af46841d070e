// Coupons, gifts, and how it is delivered and paid.

import { edit } from './cart.js';
import { byId, el, keyed, setOptions, setText } from './dom.js';
import { during, say } from './feedback.js';
import { less } from './money.js';
import { onChange, state } from './state.js';
import { whyNot } from './words.js';

export function startTerms() {
  startCoupons();
  choice('address', 'address_id');
  choice('shipping-method', 'shipping_method_id');
  choice('payment-method', 'payment_method_id');
  onChange(show);
}

function startCoupons() {
  const input = byId('coupon');
  byId('coupon-form').onsubmit = async (event) => {
    event.preventDefault();
    const code = input.value.trim();
    if (!code) return input.focus();
    const done = await during(event.target, byId('coupon-problem'), () => edit('POST', '/coupons', { code }));
    if (done) input.value = '';
  };
}

function choice(name, field) {
  const select = byId(name);
  select.onchange = () => during(select, byId(`${name}-problem`), async () => {
    try {
      if (select.value) await edit('PUT', `/${name}`, { [field]: select.value });
      else await edit('DELETE', `/${name}`);
    } finally {
      // What was refused is not chosen.
      select.value = state.cart?.[field] ?? '';
    }
  });
}

function show() {
  const { cart, account, world } = state;
  const isShown = Boolean(cart && account && cart.items.length > 0 && cart.status === 'active');
  byId('terms').hidden = !isShown;
  keyed(byId('gifts'), state.visiting ? [] : gifts(cart), ({ promotion_id: id, refused }) => `${id}-${refused}`, gift);
  if (!isShown) return;
  byId('coupon').disabled = !state.can.has('apply_coupons');
  keyed(byId('coupons'), cart.coupons, ({ code }) => code, coupon, updateCoupon);
  const mine = account.addresses.map(({ id, country }) => ({ value: id, label: `${addressName(id)} (${country})` }));
  options('address', withOther(mine, cart.address_id), cart.address_id);
  options('shipping-method', named(world.shipping_methods), cart.shipping_method_id);
  options('payment-method', named(world.payment_methods), cart.payment_method_id);
}

const addressName = (id) => id.replace(/-/g, ' ').replace(/^./, (letter) => letter.toUpperCase());
const named = (methods) => methods.map(({ id, name }) => ({ value: id, label: name }));

/** A colleague's cart may go to an address that is not one's own. */
const withOther = (options, chosen) =>
  (!chosen || options.some(({ value }) => value === chosen) ? options : [...options, { value: chosen, label: addressName(chosen) }]);

function options(name, choices, chosen) {
  setOptions(byId(name), [{ value: '', label: 'Choose…' }, ...choices], chosen ?? '');
  byId(name).disabled = !state.can.has('edit_selections');
}

function coupon({ code }) {
  const remove = el('button', { type: 'button', className: 'as-link', 'aria-label': `Remove the code ${code}` }, 'Remove');
  remove.onclick = () => during(remove, byId('coupon-problem'), () => edit('DELETE', `/coupons/${encodeURIComponent(code)}`));
  return el('li', {}, el('strong', {}, code), el('span', { className: 'effect' }), remove);
}

function updateCoupon(row, coupon) {
  row.classList.toggle('sleeping', !coupon.applied);
  setText(row.querySelector('.effect'), coupon.applied ? less(coupon.discount, state.cart.currency) : `waits: ${whyNot(coupon)}`);
}

function gifts(cart) {
  const refused = (cart?.refused_gifts ?? []).filter(({ name }) => name).map((gift) => ({ ...gift, refused: true }));
  return [...(cart?.gifts ?? []).map((gift) => ({ ...gift, refused: false })), ...refused];
}

function gift({ promotion_id: id, name, quantity, refused }) {
  const path = `/gifts/${encodeURIComponent(id)}`;
  const button = el('button', { type: 'button', className: 'as-link', 'aria-label': refused ? `Take ${name} after all` : `No, thank you, to ${name}` }, refused ? 'After all' : 'No, thank you');
  button.onclick = () => during(button, byId('cart-problem'), async () => {
    await edit(refused ? 'PUT' : 'DELETE', path);
    say(refused ? 'The gift is back.' : 'No gift, then.');
  });
  const text = refused ? `You declined: ${name}` : `A gift: ${quantity === 1 ? '' : `${quantity} × `}${name}`;
  return el('li', {}, el('span', {}, text), state.can.has('edit_lines') && button);
}
