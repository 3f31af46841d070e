// What is not to be seen is not there, and what people write is only ever text.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { add, BASE, has, item, makeLink, shopper, somebody, visitor } from './support.mjs';

test('a visitor is told nothing that the link hides, and the token is in no address', async () => {
  const ann = await shopper('ann');
  await add(ann, 'Desk lamp, dimmable');
  await rename(ann, 'A secret present');
  const link = await makeLink(ann, { prices: false, names: false, suggest: false });
  const token = link.split('/').at(-1);
  assert.match(token, /^[0-9a-f]{64}$/);

  const page = await somebody();
  const requests = [];
  const answers = [];
  page.on('request', (request) => requests.push(request));
  page.on('response', (response) => {
    if (response.url().endsWith('/api/cart/shared')) answers.push(response.json());
  });
  await page.goto(link);
  await item(page, 'Desk lamp, dimmable').waitFor();

  assert.equal(new URL(page.url()).pathname, '/cart/share');
  const withToken = requests.filter((request) => request.url().includes(token));
  assert.equal(withToken.length, 1, 'the link itself and nothing else');
  assert.ok(requests.every((request) => !request.headers().referer), 'no page is told where one came from');
  const cart = page.getByRole('region', { name: 'A shared cart' });
  const text = await cart.textContent();
  for (const hidden of ['$', 'ann', 'A secret present']) assert.ok(!text.includes(hidden), `${hidden} is in ${text}`);
  for (const { cart } of await Promise.all(answers)) {
    const told = JSON.stringify(cart);
    for (const hidden of ['price', 'total', 'added_by', 'cart_name', 'item_id']) assert.ok(!told.includes(hidden), `${hidden} is in ${told}`);
  }
  assert.equal(await page.getByRole('button', { name: /^(Add|Suggest|Remove|More of)/ }).count(), 0, 'nothing can be done');

  await page.reload();
  await item(page, 'Desk lamp, dimmable').waitFor();
});

test('a link that is ended shows nothing any more, at once', async () => {
  const ann = await shopper('ann');
  await add(ann, 'Desk lamp, dimmable');
  const guest = await visitor(await makeLink(ann));
  await has(guest, 'Desk lamp, dimmable', 1);
  await ann.getByRole('button', { name: 'Share', exact: true }).click();
  await ann.getByRole('button', { name: /^End the link/ }).click();
  await guest.getByText('There is no such cart, or it is not yours to see.').waitFor();
  assert.equal(await item(guest, 'Desk lamp').count(), 0);
  await guest.reload();
  await guest.getByText('This link opens nothing, or nothing any more.').waitFor();
});

test('nobody opens the cart of somebody else', async () => {
  const ann = await shopper('ann');
  await add(ann, 'Desk lamp, dimmable');
  const cart = await ann.evaluate(() => sessionStorage.getItem('cart'));
  const ben = await somebody();
  await ben.addInitScript((id) => {
    sessionStorage.setItem('user', 'ben');
    sessionStorage.setItem('cart', id);
  }, cart);
  await ben.goto(`${BASE}/`);
  await ben.getByText('There is no such cart, or it is not yours to see.').waitFor();
  assert.equal(await item(ben, 'Desk lamp').count(), 0);
});

test('what people write is text, wherever it is shown', async () => {
  const hostile = '<img src=x onerror="window.owned = true"><b>bold</b>';
  const ann = await shopper('ann');
  await add(ann, 'Desk lamp, dimmable');
  await rename(ann, hostile);
  await ann.getByRole('heading', { name: hostile }).waitFor();
  const guest = await visitor(await makeLink(ann, { names: true }));
  await guest.getByRole('heading', { name: hostile }).waitFor();

  await guest.getByRole('button', { name: 'Remove Desk lamp, dimmable' }).click();
  const dialog = guest.getByRole('dialog', { name: 'Suggest a change' });
  await dialog.getByLabel('Why (may be left out)').fill(`${hostile} comment`);
  await dialog.getByLabel('Your name (may be left out)').fill('<script>owned = 1</script>');
  await dialog.getByRole('button', { name: 'Suggest', exact: true }).click();
  await ann.getByText(`${hostile} comment`).waitFor();
  await ann.getByText('by <script>owned = 1</script>').waitFor();
  await ann.getByRole('button', { name: 'History' }).click();
  await ann.getByText(`You named it “${hostile}”`).waitFor();
  for (const page of [ann, guest]) {
    assert.equal(await page.evaluate(() => window.owned), undefined);
    assert.equal(await page.locator('main b, dialog b, main img, main script').count(), 0);
  }
});

test('nothing from elsewhere is loaded, and no other site may frame the page', async () => {
  const page = await somebody();
  const hosts = new Set();
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  const answer = await page.goto(`${BASE}/`);
  await page.getByText('Live', { exact: true }).or(page.getByText('You have no cart yet.')).first().waitFor();
  assert.deepEqual([...hosts], [new URL(BASE).origin]);
  const headers = answer.headers();
  assert.match(headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/);
  assert.doesNotMatch(headers['content-security-policy'], /unsafe/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

async function rename(page, name) {
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog', { name: 'Name this cart' }).waitFor({ state: 'hidden' });
}
