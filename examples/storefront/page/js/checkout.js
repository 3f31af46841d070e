// From a cart to an order, by way of the payment provider's page.

import { read } from './api.js';
import { edit, reload } from './cart.js';
import { openUsual } from './carts.js';
import { byId, el } from './dom.js';
import { during, say } from './feedback.js';
import { money } from './money.js';
import { loadWorld } from './world.js';
import { remember, remembered } from './session.js';
import { change, onChange, state } from './state.js';

export function startCheckout() {
  const button = byId('checkout');
  button.onclick = () => during(button, byId('checkout-problem'), order);
  onChange(show);
}

/** Orders what the shopper sees at the price that they see: should either be another, the shop says so. */
async function order() {
  const { total, currency } = state.cart;
  const { body } = await edit('POST', '/checkout', { expected_total: total, currency }, { asSeen: true });
  change({ order: body });
  proceed(body);
}

/** Goes where the payment is made, if there is one to make. */
function proceed(order) {
  if (order.status !== 'payment pending' || !order.initiationType) return;
  remember('paying', state.cart.cart_id);
  const { url, fields = {} } = order.gatewayPayload;
  if (order.initiationType === 'redirect') return location.assign(pageOf(url));
  const inputs = Object.entries(fields).map(([name, value]) => el('input', { type: 'hidden', name, value }));
  const form = el('form', { method: 'post', action: pageOf(url), hidden: true }, inputs);
  document.body.append(form);
  form.submit();
}

/** The demo's provider is served by this shop, by whichever name it was reached. A real one is elsewhere. */
const pageOf = (url) => new URL(url).pathname;

let asked = '';

/** Finds out how the order stands, where the cart is in a checkout or was ordered. */
async function look() {
  const { cart, etag } = state;
  if (asked === `${cart.cart_id} ${etag}`) return;
  asked = `${cart.cart_id} ${etag}`;
  const { body } = await read(`/api/cart/${cart.cart_id}/checkout`).catch(() => ({ body: null }));
  if (state.cart?.cart_id === cart.cart_id) change({ order: body });
}

function show() {
  const { cart } = state;
  const isOpen = cart?.status === 'active';
  byId('checkout-part').hidden = !(isOpen && cart.items.length > 0 && state.can.has('check_out'));
  byId('cart-actions').hidden = !cart || state.visiting;
  const place = byId('order');
  const stands = Boolean(cart && !state.visiting && (cart.status === 'checkout' || cart.status === 'completed'));
  if (stands) look();
  else asked = '';
  const order = stands ? state.order : null;
  const shown = order ? `${order.checkout_id} ${order.status}` : '';
  if (isOpen) comeBack();
  if (place.dataset.shown === shown) return;
  place.dataset.shown = shown;
  place.hidden = !order;
  place.replaceChildren(...(order ? summary(order) : []));
  if (order?.status === 'order placed') placed();
}

/** Back from the provider's page with the cart still open: nothing was paid. */
function comeBack() {
  if (remembered('paying') !== state.cart.cart_id) return;
  remember('paying', null);
  const problem = byId('checkout-problem');
  problem.textContent = 'The payment was not made. Nothing was ordered, and the cart is as it was.';
  problem.hidden = false;
}

function placed() {
  remember('paying', null);
  remember('cart', null);
  loadWorld();
}

function summary(order) {
  const total = money(order.total, order.currency);
  switch (order.status) {
    case 'order placed': return [
      el('h3', {}, 'Thank you for your order'),
      el('p', {}, `Order ${order.order_number ?? order.order_id}${order.confirmation_number ? `, confirmed as ${order.confirmation_number}` : ''}. You paid ${total}.`),
      act('Start another cart', async () => {
        remember('cart', null);
        await openUsual();
      }, 'primary'),
    ];
    case 'payment pending': return [
      el('h3', {}, 'Waiting for the payment'),
      el('p', {}, `${total} are to be paid by ${new Date(order.deadline).toLocaleTimeString('en', { timeStyle: 'short' })}.`),
      order.initiationType && act('Go on to the payment', () => proceed(order), 'primary'),
      state.can.has('check_out') && act('Give the order up', giveUp),
    ].filter(Boolean);
    case 'in progress': return [
      el('h3', {}, 'The order is on its way'),
      el('p', {}, 'The payment provider has not answered yet. This page says so when it does.'),
      state.can.has('check_out') && act('Give the order up', giveUp),
    ].filter(Boolean);
    default: return [];
  }
}

function act(label, doing, className = '') {
  const button = el('button', { type: 'button', className }, label);
  button.onclick = () => during(button, byId('cart-problem'), doing);
  return button;
}

async function giveUp() {
  remember('paying', null);
  await edit('POST', '/checkout/cancel');
  await reload();
  byId('cart').focus();
  say('The order was given up. The cart is as it was.');
}
