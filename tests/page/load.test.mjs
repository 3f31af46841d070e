// The page of the load.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { add, BASE, picture, shopper, somebody } from './support.mjs';

test('the load is shown as it is counted, errors included', async () => {
  const ann = await shopper('ann');
  const page = await somebody();
  await page.goto(`${BASE}/load`);
  const value = (name) => page.getByText(name, { exact: true }).locator('xpath=following-sibling::dd');
  await value('Requests / s').waitFor();
  await add(ann, 'Desk lamp, dimmable');
  await ann.getByLabel('Coupon code').fill('nothing');
  await ann.keyboard.press('Enter');
  await ann.getByText('There is no such code.').waitFor();

  await page.getByRole('cell', { name: 'coupon_not_found' }).waitFor();
  await page.getByRole('cell', { name: 'add_line' }).or(page.getByRole('cell', { name: /edit|add/ })).first().waitFor();
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll('.tile')].map((tile) => [...tile.children].map((child) => child.textContent));
    const { 'Requests / s': requests, 'Answer time, p99': latency, 'Open streams': streams } = Object.fromEntries(shown);
    return Number(requests) > 0 && /^[\d.]+ m?s$/.test(latency) && Number(streams) >= 1;
  });
  await page.waitForFunction(() => document.querySelectorAll('polyline').length > 2);
  await picture(page, 'load', { fullPage: true });

  await page.route('**/metrics', (route) => route.abort());
  await page.getByText('The shop does not answer. What is shown is from before.').waitFor();
  assert.match(await value('Open streams').textContent(), /^\d+$/);
});
