// What the shop sells, from the demo's own routes.

import { read } from './api.js';
import { change, state } from './state.js';

export async function loadWorld() {
  const { body } = await read('/demo/world');
  change({ world: body });
}

export async function loadAccount() {
  const { body } = await read('/demo/me');
  change({ account: body, user: body.id });
  return state.account;
}
