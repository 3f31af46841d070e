// Phones, dark rooms, and people who do not see the page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { add, BASE, choose, makeLink, picture, shopper, somebody, visitor } from './support.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { width: 360, height: 740 };

/** No serious violation of what can be checked without people. */
async function isAccessible(page, where) {
  await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== 'running'));
  // The policy of the page lets nothing in from elsewhere; the browser's own hand may.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
  assert.deepEqual(told, [], where);
}

/** Nothing is cut off, and nothing has to be pushed sideways. */
async function fits(page, where) {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(wide <= room, `${where} is ${wide} wide in ${room}`);
}

for (const colorScheme of ['light', 'dark']) {
  test(`the page is readable on a desk and on a phone, ${colorScheme}`, async () => {
    const ann = await shopper('ann', { colorScheme });
    await add(ann, 'Singing bowl, 18 cm, hand-hammered');
    await add(ann, 'Desk lamp, dimmable');
    await add(ann, 'Beach towel, organic cotton');
    await ann.getByLabel('Coupon code').fill('WELCOME10');
    await ann.keyboard.press('Enter');
    await ann.getByRole('list', { name: 'Coupons' }).getByText('WELCOME10').waitFor();
    await choose(ann, { address: 'ann-home', payment: 'card' });
    await ann.evaluate(() => window.scrollTo(0, 0));
    await ann.locator('.toast').first().waitFor({ state: 'detached' });
    await isAccessible(ann, 'the shop');
    await picture(ann, `shop-${colorScheme}`);

    await ann.setViewportSize(PHONE);
    await fits(ann, 'the shop');
    await isAccessible(ann, 'the shop on a phone');
    await picture(ann, `phone-${colorScheme}`);
    await ann.getByRole('link', { name: /units in the cart/ }).click();
    await picture(ann, `phone-cart-${colorScheme}`);
    await picture(ann, `phone-whole-${colorScheme}`, { fullPage: true });

    for (const [button, dialog] of [['Share', 'Share this cart'], ['History', 'What happened'], ['Why this price?', 'Why this price'], ['Orders', 'Your orders'], ['Rename', 'Name this cart']]) {
      await ann.getByRole('button', { name: button, exact: true }).click();
      await ann.getByRole('dialog', { name: dialog }).waitFor();
      await fits(ann, dialog);
      await isAccessible(ann, dialog);
      await picture(ann, `phone-${button.replace(/\W/g, '').toLowerCase()}-${colorScheme}`);
      await ann.keyboard.press('Escape');
    }
    const guest = await visitor(await makeLink(ann), { colorScheme, viewport: PHONE });
    await guest.getByText('Live', { exact: true }).waitFor();
    await fits(guest, 'a visit');
    await isAccessible(guest, 'a visit');
    await picture(guest, `phone-visitor-${colorScheme}`);
  });
}

test('the bank and the load are readable as well', async () => {
  const ann = await shopper('ann', { viewport: PHONE });
  await add(ann, 'Desk lamp, dimmable');
  await choose(ann, { address: 'ann-home', payment: 'bank' });
  await ann.getByRole('button', { name: 'Check out' }).click();
  await ann.getByRole('heading', { name: 'Demo bank' }).waitFor();
  await fits(ann, 'the bank');
  await isAccessible(ann, 'the bank');
  await ann.goto(`${BASE}/load`);
  await ann.getByText('Requests / s', { exact: true }).waitFor();
  await fits(ann, 'the load');
  await isAccessible(ann, 'the load');
});

test('whoever has no cart yet is told what to do', async () => {
  const emil = await somebody({ colorScheme: 'light' });
  await emil.goto(`${BASE}/`);
  await emil.getByLabel('Shopping as').selectOption('emil');
  await emil.getByText('You have no cart yet. The first product you add makes one.').waitFor();
  await isAccessible(emil, 'no cart');
  await picture(emil, 'empty');
  await add(emil, 'Desk lamp, dimmable');
});
