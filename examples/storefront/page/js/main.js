// The page: who is here, and what they look at.

import { leave, openLink } from './cart.js';
import { openUsual, startCarts } from './carts.js';
import { startCheckout } from './checkout.js';
import { byId, el, setOptions } from './dom.js';
import { clearProblem, sayProblem } from './feedback.js';
import { startHistory } from './history.js';
import { startItems } from './items.js';
import { startOrders } from './orders.js';
import { startProducts } from './products.js';
import { arriveByLink, remember, remembered, signIn } from './session.js';
import { startShare } from './share.js';
import { change, onChange, state } from './state.js';
import { startStatus } from './status.js';
import { startSuggest } from './suggest.js';
import { startSuggestions } from './suggestions.js';
import { startSums } from './sums.js';
import { startTerms } from './terms.js';
import { loadAccount, loadWorld } from './world.js';

async function shop() {
  await loadWorld();
  const users = state.world.users.map(({ id, company }) => ({ value: id, label: company ? `${id} (${company})` : id }));
  const last = remembered('user');
  const user = users.some(({ value }) => value === last) ? last : users[0].value;
  setOptions(byId('user'), users, user);
  byId('user').onchange = () => become(byId('user').value).catch(fail);
  await become(user);
}

let turn = Promise.resolve();
let wanted;

/** Somebody else is shopping: nothing of the one before stays on the page, and until they are here nothing can be done. */
function become(user) {
  const mine = {};
  wanted = mine;
  clear();
  turn = turn.catch(() => {}).then(() => enter(user, mine));
  return turn;
}

function clear() {
  leave();
  change({ opening: true, carts: [], sharedCarts: [], account: null, user: null });
}

async function enter(user, mine) {
  if (mine !== wanted) return;
  clear();
  if (remembered('user') !== user) ['cart', 'paying'].forEach((name) => remember(name, null));
  await signIn(user);
  const account = await loadAccount();
  if (mine !== wanted) return;
  change({ account, user });
  await Promise.all([loadWorld(), openUsual()]);
}

async function visit() {
  change({ visiting: true });
  byId('visiting').hidden = false;
  byId('shop-title').textContent = 'A cart was shared with you';
  byId('shop-lead').textContent = 'You see it as it changes. No account is needed.';
  await loadWorld();
  await openLink();
  if (!state.can.has('suggest')) document.body.classList.add('only-looking');
}

function fail(error) {
  const place = byId('cart-problem');
  change({ opening: false });
  if (!state.world) {
    byId('products-state').textContent = 'The products cannot be shown.';
  }
  sayProblem(place, error);
  if (state.visiting && error.code === 'cart_not_found') place.textContent = 'This link opens nothing, or nothing any more.';
  place.append(' ', el('button', { type: 'button', onclick: () => retry(place) }, 'Try again'));
}

function retry(place) {
  clearProblem(place);
  start().catch(fail);
}

/** Whether a click was on what is behind a dialog. Keys and labels click at no place. */
function isBeside(dialog, { target, clientX: x, clientY: y, detail }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return target === dialog && detail > 0 && (x < left || x > right || y < top || y > bottom);
}

const visiting = arriveByLink();
document.body.classList.add(visiting ? 'visiting' : 'shopping');
const start = visiting ? visit : shop;

[startStatus, startProducts, startCarts, startItems, startSuggest, startSuggestions, startTerms, startSums, startCheckout, startShare, startHistory, startOrders]
  .forEach((begin) => begin());
document.querySelectorAll('dialog').forEach((dialog) => {
  dialog.addEventListener('click', (event) => isBeside(dialog, event) && dialog.close());
});
onChange(() => {
  document.title = state.cart?.cart_name ? `${state.cart.cart_name} · Bazaar` : 'Bazaar';
});
start().catch(fail);
