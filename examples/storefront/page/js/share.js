// Who else may see the cart: anybody with a link, and colleagues.

import { read, write } from './api.js';
import { edit } from './cart.js';
import { byId, el, keyed, setOptions, setText } from './dom.js';
import { clearProblem, during, say, sayProblem } from './feedback.js';
import { endShare, permissionGroups, shareWith, sharesOf } from './source.js';
import { onChange, state } from './state.js';
import { when } from './words.js';

export function startShare() {
  byId('share-open').onclick = open;
  byId('link-form').onsubmit = makeLink;
  byId('link-copy').onclick = copy;
  byId('colleague-form').onsubmit = shareWithColleague;
  onChange(() => {
    byId('share-open').hidden = !state.can.has('share') || state.cart?.status !== 'active';
  });
}

async function open() {
  byId('link-made').hidden = true;
  clearProblem(byId('link-problem'));
  clearProblem(byId('colleague-problem'));
  const { colleagues = [] } = state.account;
  byId('colleagues-part').hidden = colleagues.length === 0;
  byId('share').showModal();
  await Promise.all([
    showLinks().catch((error) => sayProblem(byId('link-problem'), error)),
    colleagues.length > 0 && showColleagues(colleagues).catch((error) => sayProblem(byId('colleague-problem'), error)),
  ]);
}

async function makeLink(event) {
  event.preventDefault();
  await during(event.target, byId('link-problem'), async () => {
    const label = byId('link-label').value.trim();
    const { body } = await write('POST', `/api/cart/${state.cart.cart_id}/share`, {
      ...(label ? { label } : {}),
      shows: { prices: byId('link-prices').checked, names: byId('link-names').checked },
      may_suggest: byId('link-suggest').checked,
    });
    byId('link-made').hidden = false;
    byId('link-address').value = body.shareable_link;
    byId('link-address').focus();
    byId('link-address').select();
    await showLinks();
  });
}

async function copy() {
  const address = byId('link-address');
  try {
    await navigator.clipboard.writeText(address.value);
    say('Copied.', 'done');
  } catch {
    address.select();
    say('Press Ctrl and C to copy it.');
  }
}

async function showLinks() {
  const { body } = await read(`/api/cart/${state.cart.cart_id}/links`);
  keyed(byId('links'), body.links, ({ link_id: id }) => id, linkRow, (row, link) => setText(row.querySelector('.quiet'), aboutLink(link)));
}

function linkRow(link) {
  const name = link.label ?? 'Unnamed link';
  const end = el('button', { type: 'button', className: 'danger', 'aria-label': `End the link: ${name}` }, 'End');
  end.onclick = () => during(end, byId('link-problem'), async () => {
    await edit('DELETE', `/links/${link.link_id}`);
    await showLinks();
    say('Whoever has the link sees nothing any more.');
  });
  return el('li', {}, el('div', {}, el('strong', {}, name), el('p', { className: 'quiet' })), end);
}

function aboutLink({ may_suggest: maySuggest, shows, expires_at: until, view_count: views }) {
  const said = [maySuggest ? 'may suggest' : 'may only look'];
  if (shows.prices) said.push('sees prices');
  if (shows.names) said.push('sees names');
  said.push(`looked at ${views === 1 ? 'once' : `${views} times`}`);
  if (until) said.push(`until ${when(until)}`);
  return said.join(' · ');
}

let groups = [];

async function showColleagues(colleagues) {
  groups = await permissionGroups();
  setOptions(byId('colleague'), colleagues.map((id) => ({ value: id, label: id })), byId('colleague').value || colleagues[0]);
  setOptions(byId('group'), groups.map(({ id, name }) => ({ value: id, label: name })), byId('group').value || groups.at(-1)?.id);
  await showShares();
}

async function showShares() {
  const shares = await sharesOf(state.cart.cart_id);
  keyed(byId('shares'), shares, ({ id }) => id, shareRow);
}

function shareRow({ id, attributes }) {
  const { idCompanyUser: user, idCartPermissionGroup: group } = attributes;
  const end = el('button', { type: 'button', className: 'danger', 'aria-label': `End the access of ${user}` }, 'End');
  end.onclick = () => during(end, byId('colleague-problem'), async () => {
    await endShare(id);
    await showShares();
    say(`${user} does not see this cart any more.`);
  });
  const name = groups.find((known) => known.id === String(group))?.name ?? '';
  return el('li', {}, el('div', {}, el('strong', {}, user), el('p', { className: 'quiet' }, name)), end);
}

async function shareWithColleague(event) {
  event.preventDefault();
  await during(event.target, byId('colleague-problem'), async () => {
    const user = byId('colleague').value;
    await shareWith(state.cart.cart_id, user, byId('group').value);
    await showShares();
    say(`Shared with ${user}.`, 'done');
  });
}
