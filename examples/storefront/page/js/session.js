// Who is shopping in this tab: a demo user by a token, or whoever has a share link. Another tab can be somebody else.

const store = window.sessionStorage;

export const remembered = (name) => store.getItem(name);
export const remember = (name, value) => (value ? store.setItem(name, value) : store.removeItem(name));

let credentials = {};

/** What goes along with every request. */
export const headers = () => credentials;

/** Asks for a token of a demo user. A real shop has people prove who they are. */
export async function signIn(user) {
  const answer = await fetch(`/demo/tokens/${encodeURIComponent(user)}`, { method: 'POST' });
  if (!answer.ok) throw new Error('There is no such demo user.');
  credentials = { Authorization: `Bearer ${await answer.text()}` };
  remember('user', user);
}

/** A token that ended, as when the shop was started again, is replaced. */
export async function renew() {
  const user = remembered('user');
  if (!user || !credentials.Authorization) return false;
  await signIn(user);
  return true;
}

/**
 * Takes the token of a share link out of the address, where it would be in the history and in every screenshot. Answers
 * whether this page is a visit by link.
 */
export function arriveByLink() {
  const [, token] = location.pathname.match(/^\/cart\/share\/([0-9a-f]{64})$/) ?? [];
  if (!location.pathname.startsWith('/cart/share')) return false;
  if (token) remember('share', token);
  history.replaceState(null, '', '/cart/share');
  credentials = { 'X-Share-Token': remembered('share') ?? '' };
  return true;
}
