// The page when the network is not what it should be.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { wire } from './proxy.mjs';
import { add, BASE, has, makeLink, picture, shopper, visitor } from './support.mjs';

const LAMP = 'Desk lamp, dimmable';
const wires = [];
after(() => Promise.all(wires.map((made) => made.cut())));

async function wired() {
  const made = await wire(BASE);
  wires.push(made);
  return made;
}

test('while the stream is down the page reads the cart anyway, and is live again afterwards', async () => {
  const line = await wired();
  const ann = await shopper('ann', { base: line.base });
  await add(ann, LAMP);
  const other = await twin(ann);
  await ann.route('**/events', (route) => route.abort());
  line.drop();
  await ann.getByText('Reconnecting…').waitFor();
  await ann.getByText(/until then the cart is read every few seconds/).waitFor();
  await picture(ann, 'reconnecting');
  await other.getByRole('button', { name: `More of ${LAMP}` }).click();
  await has(ann, LAMP, 2);
  assert.equal(await ann.getByText('Reconnecting…').count(), 1, 'it was read, not told');

  await ann.unroute('**/events');
  await ann.getByText('Live', { exact: true }).waitFor();
  await other.getByRole('button', { name: `More of ${LAMP}` }).click();
  await has(ann, LAMP, 3);
});

test('what happened while nothing came through is there when it does again', async () => {
  const line = await wired();
  const ann = await shopper('ann', { base: line.base });
  await add(ann, LAMP);
  const other = await twin(ann);
  await line.cut();
  await ann.getByText('Reconnecting…').waitFor();
  await ann.getByRole('button', { name: `More of ${LAMP}` }).click();
  await ann.getByText('The shop cannot be reached. Check the connection and try again.').waitFor();
  await other.getByRole('button', { name: `More of ${LAMP}` }).click();
  await has(other, LAMP, 2);
  await line.mend();
  await has(ann, LAMP, 2);
  await ann.getByText('Live', { exact: true }).waitFor();
});

test('a write whose answer was lost is done once', async () => {
  const ann = await shopper('ann');
  await add(ann, LAMP);
  const keys = [];
  await ann.route('**/add-item', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await ann.getByRole('button', { name: `Add ${LAMP}` }).click();
  await has(ann, LAMP, 2);
  await ann.locator('#products [aria-busy]').waitFor({ state: 'detached' });
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  await has(ann, LAMP, 2);
});

test('somebody offline is told so, and catches up', async () => {
  const ann = await shopper('ann');
  await add(ann, LAMP);
  const guest = await visitor(await makeLink(ann));
  await has(guest, LAMP, 1);
  await guest.context().setOffline(true);
  await guest.getByText(/^You are offline\./).waitFor();
  await ann.getByRole('button', { name: `More of ${LAMP}` }).click();
  await has(ann, LAMP, 2);
  await guest.context().setOffline(false);
  await has(guest, LAMP, 2);
  await guest.getByText(/^You are offline\./).waitFor({ state: 'hidden' });
});

test('a page that cannot be filled says so, and tries again when asked', async () => {
  const { somebody } = await import('./support.mjs');
  const page = await somebody();
  await page.route('**/demo/world', (route) => route.abort());
  await page.goto(`${BASE}/`);
  await page.getByText('The products cannot be shown.').waitFor();
  await page.unroute('**/demo/world');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: `Add ${LAMP}` }).waitFor();
});

/** The same shopper with the same cart in another tab, by the storefront's own address. */
async function twin(page) {
  const session = await page.evaluate(() => ({ ...sessionStorage }));
  const other = await page.context().newPage();
  await other.addInitScript((kept) => Object.entries(kept).forEach(([name, value]) => sessionStorage.setItem(name, value)), session);
  await other.goto(`${BASE}/`);
  await has(other, LAMP, 1);
  return other;
}
