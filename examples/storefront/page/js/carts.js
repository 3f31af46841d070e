// Which carts there are, and which of them is looked at.

import { write } from './api.js';
import { edit, openCart } from './cart.js';
import { byId, el, setText, setValue, setWaiting } from './dom.js';
import { during, say, sayProblem } from './feedback.js';
import { remembered } from './session.js';
import { ownCarts, sharedCarts } from './source.js';
import { change, onChange, state } from './state.js';

const nameOf = (cart) => cart.cart_name ?? 'Unnamed cart';

export async function listCarts() {
  const [carts, shared] = await Promise.all([ownCarts(), state.account?.company ? sharedCarts() : []]);
  change({ carts, sharedCarts: shared });
}

/** Opens the cart that was looked at last, or else the newest. */
export async function openUsual() {
  const { user } = state;
  await listCarts();
  // In the meantime somebody else may have come.
  if (state.user !== user) return;
  const last = remembered('cart');
  await pick(last ?? state.carts[0]?.cart_id ?? state.sharedCarts[0]?.cart_id);
}

async function pick(id) {
  try {
    await openCart(id, state.sharedCarts.find((cart) => cart.cart_id === id)?.can);
  } catch (error) {
    await openCart(null);
    sayProblem(byId('cart-problem'), error);
  }
}

/** A cart to put things into: the one that is open, or a new one. */
export async function cartToFill() {
  if (state.cart?.status === 'active') return;
  await create();
}

async function create() {
  const { body } = await write('POST', '/api/cart/create', {});
  await openCart(body.cart_id);
  await listCarts();
}

export function startCarts() {
  const choice = byId('cart-choice');
  const problem = byId('cart-problem');
  choice.onchange = () => during(choice, problem, () => pick(choice.value));
  byId('cart-new').onclick = ({ currentTarget }) => during(currentTarget, problem, async () => {
    await create();
    say('Here is another cart.');
  });
  startRename();
  byId('give-up').onclick = ({ currentTarget }) => during(currentTarget, problem, async () => {
    await edit('DELETE', '');
    await openCart(null);
    await openUsual();
    byId('cart').focus();
    say('The cart was deleted.');
  });
  onChange(() => show(choice));
}

function startRename() {
  const dialog = byId('rename');
  const name = byId('cart-name');
  byId('rename-open').onclick = () => {
    name.value = state.cart?.cart_name ?? '';
    dialog.showModal();
    name.select();
  };
  byId('rename-form').onsubmit = async (event) => {
    event.preventDefault();
    const done = await during(event.target, byId('rename-problem'), async () => {
      await edit('PATCH', '', { cart_name: name.value.trim() || null });
      await listCarts();
    });
    if (done) dialog.close();
  };
}

function show(choice) {
  const own = group('Your carts', state.carts, nameOf);
  const shared = group('Shared with you', state.sharedCarts, (cart) => `${nameOf(cart)} (${cart.owner})`);
  const current = state.cart?.cart_id;
  const known = [...state.carts, ...state.sharedCarts].some((cart) => cart.cart_id === current);
  const other = !known && state.cart ? [el('option', { value: current, textContent: `${nameOf(state.cart)} (${state.cart.status})` })] : [];
  const none = state.cart ? [] : [el('option', { value: '', textContent: 'No cart yet' })];
  const options = [...none, ...other, ...own, ...shared];
  const shape = (nodes) => nodes.map((node) => node.outerHTML).join('');
  if (shape([...choice.children]) !== shape(options)) choice.replaceChildren(...options);
  setValue(choice, current ?? '');
  setWaiting(byId('cart-new'), !state.account || state.opening);
  setText(byId('cart-title'), state.cart ? (state.cart.cart_name ?? (state.visiting ? 'A shared cart' : 'Cart')) : 'Cart');
}

function group(label, carts, name) {
  if (carts.length === 0) return [];
  return [el('optgroup', { label }, carts.map((cart) => el('option', { value: cart.cart_id, textContent: name(cart) })))];
}
