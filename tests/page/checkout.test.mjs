// From a cart to an order.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { add, choose, has, item, picture, shopper, total } from './support.mjs';

const LAMP = 'Desk lamp, dimmable';

test('a payment is declined by the card, then at the bank, then made, and the order is there', async () => {
  const ann = await shopper('ann');
  await add(ann, LAMP);
  await ann.getByRole('button', { name: 'Check out' }).click();
  await ann.getByText(/Choose an address\./).waitFor();
  await choose(ann, { address: 'ann-home', payment: 'declined-card' });
  const price = await total(ann);

  await ann.getByRole('button', { name: 'Check out' }).click();
  await ann.getByText('The bank declined the payment. Nothing was ordered, and the cart is as it was.').waitFor();
  await has(ann, LAMP, 1);
  await picture(ann, 'declined');

  await ann.getByLabel('Payment', { exact: true }).selectOption('bank');
  await ann.locator('#payment-method:not([aria-busy])').waitFor();
  await ann.getByRole('button', { name: 'Check out' }).click();
  await ann.getByRole('heading', { name: 'Demo bank' }).waitFor();
  await picture(ann, 'bank');
  await ann.getByRole('button', { name: 'Decline' }).click();
  await ann.getByText('The payment was not made. Nothing was ordered, and the cart is as it was.').waitFor();

  await ann.getByRole('button', { name: 'Check out' }).click();
  await ann.getByRole('button', { name: 'Pay', exact: true }).click();
  await ann.getByRole('heading', { name: 'Thank you for your order' }).waitFor();
  await ann.getByText(`You paid ${price}.`).waitFor();
  await picture(ann, 'paid');

  await ann.getByRole('button', { name: 'Orders' }).click();
  const order = ann.getByRole('dialog', { name: 'Your orders' }).getByRole('listitem').first();
  await order.getByText('confirmed').waitFor();
  assert.ok((await order.textContent()).includes(price));
  await picture(ann, 'orders');
  await ann.keyboard.press('Escape');
  await ann.getByRole('button', { name: 'Start another cart' }).click();
  await ann.getByRole('heading', { name: 'Thank you for your order' }).waitFor({ state: 'hidden' });
});

test('a checkout that waits for its payment can be gone on with, or given up', async () => {
  const ben = await shopper('ben');
  await add(ben, LAMP);
  await choose(ben, { address: 'ben-home', payment: 'wallet' });
  const page = ben.waitForURL(/\/(demo\/pay\/.*)?$/);
  await ben.getByRole('button', { name: 'Check out' }).click();
  await page;
  // The wallet takes the money at once, by a form.
  await ben.getByRole('heading', { name: 'Thank you for your order' }).waitFor();

  const other = await shopper('ben');
  await add(other, LAMP);
  await choose(other, { address: 'ben-home', payment: 'bank' });
  await other.getByRole('button', { name: 'Check out' }).click();
  await other.getByRole('heading', { name: 'Demo bank' }).waitFor();
  await other.goBack();
  await other.getByRole('heading', { name: 'Waiting for the payment' }).waitFor();
  await other.getByRole('button', { name: 'Give the order up' }).click();
  await other.getByRole('button', { name: 'Check out' }).waitFor();
  await has(other, LAMP, 1);
});

test('a price that changed under the shopper is not paid by mistake', async () => {
  const ann = await shopper('ann');
  await add(ann, LAMP);
  await choose(ann, { address: 'ann-home', payment: 'card' });
  // Another tab of hers changes the cart while this one hears nothing of it.
  await ann.context().route('**/api/cart/*/events', (route) => route.abort());
  await ann.route('**/api/cart/*', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
  const { cart, token } = await ann.evaluate(async () => ({
    cart: sessionStorage.getItem('cart'),
    token: await (await fetch('/demo/tokens/ann', { method: 'POST' })).text(),
  }));
  await ann.evaluate(({ cart, token }) => fetch(`/api/cart/${cart}/add-item`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ product_id: 'sunscreen-50' }),
  }), { cart, token });
  await ann.getByRole('button', { name: 'Check out' }).click();
  await ann.getByText('Somebody changed the cart a moment ago. Look at it and try again.').waitFor();
  assert.equal(await item(ann, 'Sunscreen').count(), 0, 'what was ordered was not what was seen');
  await ann.unroute('**/api/cart/*');
  await item(ann, 'Sunscreen').waitFor();
});

test('everything from adding to paying can be done with the keyboard alone', async () => {
  const ann = await shopper('ann');
  const press = (key) => ann.keyboard.press(key);
  await ann.locator('body').focus();
  await ann.evaluate(() => document.activeElement.blur());
  await reach(ann, 'Add Sunscreen SPF 50, 200 ml');
  await press('Enter');
  await item(ann, 'Sunscreen').waitFor();
  assert.equal(await focused(ann), 'Add Sunscreen SPF 50, 200 ml', 'focus stays where it was');

  await reach(ann, 'More of Sunscreen SPF 50, 200 ml');
  await press('Space');
  await has(ann, 'Sunscreen SPF 50, 200 ml', 2);
  assert.equal(await focused(ann), 'More of Sunscreen SPF 50, 200 ml', 'focus stays where it was');
  await pick(ann, 'Deliver to', 'ann-home');
  await pick(ann, 'Delivery', 'standard');
  await pick(ann, 'Payment', 'card');
  await reach(ann, 'Check out');
  await press('Enter');
  await ann.getByRole('heading', { name: 'Thank you for your order' }).waitFor();
});

/** Goes on with the tab key until something by that name has the focus. */
async function reach(page, name) {
  for (let pressed = 0; pressed < 120; pressed += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the tab key does not lead to ${name}`);
}

const focused = (page) => page.evaluate(() => {
  const at = document.activeElement;
  return at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent.trim() ?? at.textContent.trim();
});

/** Chooses in a select with the arrow keys. */
async function pick(page, label, value) {
  await reach(page, label);
  const select = page.getByLabel(label, { exact: true });
  for (let pressed = 0; pressed < 12 && (await select.inputValue()) !== value; pressed += 1) {
    await page.keyboard.press('ArrowDown');
    await page.locator('select[aria-busy]').waitFor({ state: 'detached' });
  }
  assert.equal(await select.inputValue(), value);
}
