// The cart that is looked at: read, followed, changed.

import { Problem } from './api.js';
import { clearProblem, say, sayProblem } from './feedback.js';
import { byId } from './dom.js';
import { Live } from './live.js';
import { remember } from './session.js';
import { linkSource, shopperSource } from './source.js';
import { change, state } from './state.js';
import { happened, person } from './words.js';

/** What owners may do. */
const EVERYTHING = new Set(['view', 'edit_lines', 'edit_selections', 'apply_coupons', 'suggest', 'share', 'check_out', 'manage', 'own']);

let source = null;
let live = null;

const versionOf = (etag) => Number((etag ?? '').replace(/\D/g, ''));

/** Looks at a cart from now on; at none, if there is no id. `can` is what somebody else's cart lets the shopper do. */
export async function openCart(id, can) {
  leave();
  remember('cart', id);
  if (!id) return change({ opening: false });
  source = shopperSource(id);
  change({ can: can ? new Set(can) : EVERYTHING });
  await follow();
}

/** Looks at what the share link shows. */
export async function openLink() {
  leave();
  source = linkSource();
  await follow();
}

/** Looks at no cart. Which one it was is kept for the next time. */
export function leave() {
  live?.stop();
  clearTimeout(later);
  live = null;
  source = null;
  change({ cart: null, etag: null, suggestions: [], link: null, presence: null, live: 'none', order: null, can: new Set() });
  clearProblem(byId('cart-problem'));
}

async function follow() {
  const mine = source;
  change({ opening: true });
  const loaded = await source.load().finally(() => mine === source && change({ opening: false }));
  if (mine !== source) return;
  take(loaded);
  live = new Live(source.events, { message: hear, state: (told, why) => stand(told, why), poll: () => reload() });
}

/** What is older than what is shown was on its way while a change was answered, and is read again. */
function take(loaded) {
  if (state.cart?.cart_id === loaded.cart.cart_id && versionOf(loaded.etag) < versionOf(state.etag)) {
    isOld = true;
    return;
  }
  const can = state.visiting ? new Set(loaded.link.may_suggest ? ['suggest'] : []) : state.can;
  change({ ...loaded, can });
}

let reading = null;
let isOld = false;

/** Reads the cart again. Whoever asks while it is being read gets a later reading. */
export function reload() {
  isOld = true;
  clearTimeout(later);
  reading ??= (async () => {
    while (isOld && source) {
      isOld = false;
      await readOnce();
    }
  })().finally(() => {
    reading = null;
  });
  return reading;
}

async function readOnce() {
  const mine = source;
  try {
    const loaded = await source.load();
    if (mine === source) take(loaded);
  } catch (error) {
    if (mine !== source) return;
    if (error instanceof Problem && [403, 404, 410].includes(error.status)) return lose(error);
    readLater(error.retryAfter ?? RETRY);
  }
}

/** In how many seconds it is read again what could not be read. */
const RETRY = 3;
let later;

function readLater(seconds) {
  clearTimeout(later);
  later = setTimeout(reload, seconds * 1000);
}

/** The cart is not to be seen any more. */
function lose(error) {
  leave();
  remember('cart', null);
  sayProblem(byId('cart-problem'), error);
}

function hear({ event, data }) {
  if (event === 'presence') return change({ presence: data });
  if (event === 'change') tell(data);
  // The first message says which version follows; what was read before may be older.
  if (event !== 'end' && data.version !== versionOf(state.etag)) reload();
}

/** Says what others did. */
function tell({ by, what, version }) {
  const isOwn = by?.user_id ? by.user_id === state.user : ownVersions.delete(version);
  const text = happened(what);
  const name = what.find(({ happened: how }) => how === 'suggestion_made')?.name;
  if (text && !isOwn) say(`${person(by, name)} ${text}.`);
}

function stand(told, why) {
  change({ live: told });
  if (told === 'ended' && why === 'access_ended' && source) reload();
  if (told === 'ended' && why === 'checked_out') reload();
}

/** Versions that this page made without a name. */
const ownVersions = new Set();

/**
 * Changes the cart, and shows it as it is then. A change is decided by the shop from the cart as it is when the change comes in,
 * so nothing is asked about the version; what depends on what the shopper saw says so with `asSeen`.
 */
export async function edit(method, path, body, { asSeen = false } = {}) {
  const headers = asSeen && state.etag ? { 'If-Match': state.etag } : {};
  try {
    const answer = await source.write(method, path, body, { headers });
    ownVersions.add(versionOf(answer.etag));
    if (answer.body.cart && versionOf(answer.etag) >= versionOf(state.etag)) {
      change({ cart: answer.body.cart, etag: answer.etag });
    } else {
      await reload();
    }
    return answer;
  } catch (error) {
    await reload();
    throw error;
  }
}
