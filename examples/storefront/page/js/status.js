// Whether what is shown is what is so now, who else is looking, and what they should know.

import { byId, el, keyed, setText } from './dom.js';
import { onChange, state } from './state.js';
import { notice } from './words.js';

const LIVE = { connecting: 'Connecting…', live: 'Live', reconnecting: 'Reconnecting…' };

export function startStatus() {
  window.addEventListener('online', show);
  window.addEventListener('offline', show);
  onChange(show);
}

function show() {
  const { live, presence, cart } = state;
  const mark = byId('live');
  mark.dataset.state = live;
  setText(mark, LIVE[live] ?? '');
  const isDown = live === 'reconnecting';
  const banner = byId('connection');
  setText(banner, isDown ? lost() : '');
  banner.hidden = !isDown;
  const others = isDown ? '' : present(presence);
  setText(byId('presence'), others);
  byId('presence').hidden = !others;
  const notices = (cart?.notices ?? []).filter((said) => said.code !== 'coupon_sleeping').map(notice);
  keyed(byId('notices'), [...new Set(notices)], (text) => text, (text) => el('li', {}, text));
}

const lost = () =>
  (navigator.onLine ? 'The live connection was lost. Reconnecting; until then the cart is read every few seconds.' : 'You are offline. What you see may be old; it is brought up to date when you are back.');

/** Who else is looking. */
function present(presence) {
  if (!presence) return '';
  if (presence.count !== undefined) {
    const others = presence.count - 1;
    return others > 0 ? `${others} ${others === 1 ? 'other is' : 'others are'} looking` : '';
  }
  const links = presence.links;
  const who = presence.users.filter((user) => user !== state.user);
  if (links > 0) who.push(`${links} with a link`);
  if (who.length === 0) return '';
  return `Here now: ${who.join(', ')}`;
}
