// What the shop sells, from the demo's own routes.

import { read } from './api.js';
import { change } from './state.js';

export async function loadWorld() {
  const { body } = await read('/demo/world');
  change({ world: body });
}

export const loadAccount = async () => (await read('/demo/me')).body;
