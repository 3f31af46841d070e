// Two people and one cart.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { add, has, item, makeLink, picture, quantity, shopper, somebody, total, visitor } from './support.mjs';

test('two people fill a cart by a link, see each other at once, and a suggestion becomes an item', async (t) => {
  const ann = await shopper('ann');
  await add(ann, 'Desk lamp, dimmable');
  const guest = await visitor(await makeLink(ann));
  await has(guest, 'Desk lamp, dimmable', 1);
  await ann.getByText('Here now: 1 with a link').waitFor();

  const edited = performance.now();
  await ann.getByRole('button', { name: 'More of Desk lamp, dimmable' }).click();
  await has(guest, 'Desk lamp, dimmable', 2);
  t.diagnostic(`an edit was seen after ${Math.round(performance.now() - edited)} ms`);

  await guest.getByRole('button', { name: 'Suggest Sunscreen SPF 50, 200 ml' }).click();
  const dialog = guest.getByRole('dialog', { name: 'Suggest a change' });
  await dialog.getByLabel('Quantity').fill('3');
  await dialog.getByLabel('Why (may be left out)').fill('for the balcony');
  await dialog.getByLabel('Your name (may be left out)').fill('Fay');
  const suggested = performance.now();
  await dialog.getByRole('button', { name: 'Suggest', exact: true }).click();
  await ann.getByText('for the balcony').waitFor();
  t.diagnostic(`a suggestion was seen after ${Math.round(performance.now() - suggested)} ms`);
  await ann.getByText('by Fay').waitFor();
  await ann.getByText('Fay suggested: add 3 × Sunscreen SPF 50, 200 ml.').waitFor();
  await picture(ann, 'suggestion');

  await ann.getByRole('button', { name: 'Accept: Add 3 × Sunscreen SPF 50, 200 ml' }).click();
  await has(guest, 'Sunscreen SPF 50, 200 ml', 3);
  await has(ann, 'Sunscreen SPF 50, 200 ml', 3);
  await guest.getByRole('heading', { name: 'Your suggestions' }).waitFor({ state: 'hidden' });
  assert.equal(await total(guest), await total(ann), 'who sees prices sees the same');
  await picture(guest, 'visitor');
});

test('a coupon is applied, explained, and taken off again', async () => {
  const ben = await shopper('ben');
  await add(ben, 'Desk lamp, dimmable');
  const before = await total(ben);
  await ben.getByLabel('Coupon code').fill('no such code');
  await ben.keyboard.press('Enter');
  await ben.getByText('There is no such code.').waitFor();
  await ben.getByLabel('Coupon code').fill('welcome 10');
  await ben.keyboard.press('Enter');
  const coupon = ben.getByRole('list', { name: 'Coupons' }).getByText('WELCOME10');
  await coupon.waitFor();
  assert.notEqual(await total(ben), before);

  await ben.getByRole('button', { name: 'Why this price?' }).click();
  const dialog = ben.getByRole('dialog', { name: 'Why this price' });
  await dialog.getByText(/Welcome/).first().waitFor();
  assert.ok((await dialog.textContent()).includes((await total(ben)).slice(1)), 'the account ends in the total');
  await picture(ben, 'explanation');
  await ben.keyboard.press('Escape');

  await ben.getByRole('button', { name: 'Remove the code WELCOME10' }).click();
  await coupon.waitFor({ state: 'detached' });
  assert.equal(await total(ben), before);
});

test('a colleague in a group works on the cart, or only suggests, and loses it when the access ends', async () => {
  const chen = await shopper('chen');
  await add(chen, 'Desk lamp, dimmable');
  const name = `Office ${Date.now()}`;
  await chen.getByRole('button', { name: 'Rename' }).click();
  await chen.getByLabel('Name', { exact: true }).fill(name);
  await chen.getByRole('button', { name: 'Save' }).click();
  await chen.getByRole('heading', { name }).waitFor();
  await share(chen, 'Full access');

  const dora = await colleague('dora', name);
  await dora.getByText('Here now: chen').waitFor();
  await dora.getByRole('button', { name: 'More of Desk lamp, dimmable' }).click();
  await has(chen, 'Desk lamp, dimmable', 2);
  await chen.getByText('dora changed Desk lamp, dimmable from 1 to 2.').waitFor();
  assert.equal(await dora.getByRole('button', { name: 'Share', exact: true }).isVisible(), false, 'it is not hers to share');

  await chen.getByRole('button', { name: 'History' }).click();
  await chen.getByRole('dialog', { name: 'What happened' }).getByText('dora changed Desk lamp, dimmable from 1 to 2').waitFor();
  await picture(chen, 'history');
  await chen.keyboard.press('Escape');
  await chen.getByRole('button', { name: 'Undo' }).click();
  await has(dora, 'Desk lamp, dimmable', 1);

  await chen.getByRole('button', { name: 'Share', exact: true }).click();
  await chen.getByRole('button', { name: 'End the access of dora' }).click();
  await dora.getByText('There is no such cart, or it is not yours to see.').waitFor();
  assert.equal(await item(dora, 'Desk lamp').count(), 0, 'nothing of it stays on her page');

  await chen.getByLabel('May', { exact: true }).selectOption({ label: 'Read-only' });
  await chen.getByRole('button', { name: 'Share', exact: true }).last().click();
  await chen.getByRole('button', { name: 'End the access of dora' }).waitFor();
  await chen.keyboard.press('Escape');
  const reader = await colleague('dora', name);
  await reader.getByRole('button', { name: 'Remove Desk lamp, dimmable' }).click();
  await reader.getByRole('dialog', { name: 'Suggest a change' }).getByRole('button', { name: 'Suggest', exact: true }).click();
  await chen.getByRole('button', { name: 'Accept: Remove Desk lamp, dimmable' }).click();
  await quantity(reader, 'Desk lamp, dimmable').waitFor({ state: 'detached' });
});

async function share(page, group) {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this cart' });
  await dialog.getByLabel('Colleague', { exact: true }).selectOption('dora');
  await dialog.getByLabel('May', { exact: true }).selectOption({ label: group });
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByRole('button', { name: 'End the access of dora' }).waitFor();
  await page.keyboard.press('Escape');
}

/** A colleague who looks at the cart of that name. */
async function colleague(user, name) {
  const page = await somebody();
  await page.goto(`${process.env.CART_PAGE_BASE}/`);
  await page.getByLabel('Shopping as').selectOption(user);
  const choice = page.getByLabel('Which cart');
  await choice.getByRole('option', { name: new RegExp(name) }).waitFor({ state: 'attached' });
  await choice.selectOption({ label: `${name} (chen)` });
  await page.getByRole('heading', { name }).waitFor();
  await quantity(page, 'Desk lamp, dimmable').waitFor();
  return page;
}
