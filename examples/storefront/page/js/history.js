// What happened to the cart, and taking the last of it back.

import { read } from './api.js';
import { edit } from './cart.js';
import { byId, el } from './dom.js';
import { clearProblem, during, say, sayProblem } from './feedback.js';
import { onChange, state } from './state.js';
import { happened, person, when } from './words.js';

const PAGE = 30;
let before = null;

export function startHistory() {
  const more = byId('history-more');
  byId('history-open').onclick = open;
  more.onclick = () => during(more, byId('history-problem'), load);
  const undo = byId('undo');
  // Undoing is about what the shopper sees as the last change.
  undo.onclick = () => during(undo, byId('cart-problem'), async () => {
    await edit('POST', '/undo', undefined, { asSeen: true });
    say('Undone.', 'done');
  });
  onChange(() => {
    undo.hidden = !state.can.has('edit_lines') || state.cart?.status !== 'active';
    byId('give-up').hidden = !state.can.has('own') || state.cart?.status !== 'active';
    byId('rename-open').hidden = !state.can.has('manage') || state.cart?.status !== 'active';
  });
}

async function open() {
  const problem = byId('history-problem');
  clearProblem(problem);
  before = null;
  byId('changes').replaceChildren();
  byId('history').showModal();
  await load().catch((error) => sayProblem(problem, error));
}

async function load() {
  const query = new URLSearchParams({ limit: PAGE, ...(before ? { before } : {}) });
  const { body } = await read(`/api/cart/${state.cart.cart_id}/history?${query}`);
  before = body.next_before;
  byId('changes').append(...body.changes.map(row).filter(Boolean));
  byId('history-more').hidden = before === null;
}

function row({ by, at, what }) {
  const text = happened(what);
  return text && el('li', {}, el('p', {}, `${person(by)} ${text}`), el('time', { dateTime: at }, when(at)));
}
