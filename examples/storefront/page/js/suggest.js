// Suggesting a change, by those who may not make it.

import { edit } from './cart.js';
import { byId } from './dom.js';
import { clearProblem, during, say } from './feedback.js';
import { remember, remembered } from './session.js';
import { state } from './state.js';

let asked = null;

/** Asks for the rest, and suggests it. */
export function suggest(proposal, what) {
  asked = proposal;
  byId('suggest-what').textContent = what;
  const quantity = byId('suggest-quantity');
  const counts = proposal.quantity !== undefined;
  quantity.hidden = !counts;
  quantity.labels[0].hidden = !counts;
  quantity.value = proposal.quantity ?? '';
  byId('suggest-comment').value = '';
  byId('suggest-name').value = remembered('name') ?? '';
  clearProblem(byId('suggest-problem'));
  byId('suggest').showModal();
}

export function startSuggest() {
  byId('suggest-form').onsubmit = async (event) => {
    event.preventDefault();
    const done = await during(event.target, byId('suggest-problem'), send);
    if (done) byId('suggest').close();
  };
}

async function send() {
  const name = byId('suggest-name').value.trim();
  const comment = byId('suggest-comment').value.trim();
  const body = { ...asked };
  if (asked.quantity !== undefined) body.quantity = Number(byId('suggest-quantity').value);
  if (comment) body.comment = comment;
  if (state.visiting && name) body.name = name;
  remember('name', name);
  await edit('POST', '/suggestions', body);
  say('Suggested. The owner decides.', 'done');
}
