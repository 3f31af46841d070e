// A browser, people in it, and where their pictures go.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { chromium } from 'playwright-core';

/** Where the storefront is, and where pictures are put. */
export const BASE = process.env.CART_PAGE_BASE;
const PICTURES = process.env.CART_PAGE_PICTURES;

/** How long something may take before a test gives up: far longer than it takes, for machines that are busy. */
export const PATIENCE = Number(process.env.CART_PAGE_PATIENCE ?? 30_000);

/** No file of scenarios takes as long as this, whatever hangs. */
setTimeout(() => {
  console.error('The scenarios of this file did not end.');
  process.exit(1);
}, 10 * 60_000).unref();

let browser;
const people = [];

before(async () => {
  assert.ok(BASE, 'CART_PAGE_BASE says where the storefront is');
  await mkdir(PICTURES, { recursive: true });
  // In a container the tests run as root, and then Chromium starts only without its sandbox.
  const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: process.env.CART_PAGE_CHROMIUM, args });
});

after(async () => {
  await browser?.close();
  const complaints = people.flatMap(({ complaints }) => complaints);
  assert.deepEqual(complaints, [], 'nothing was complained about on any console');
});

/** Somebody with a browser of their own. What their console says is kept in `complaints`. */
export async function somebody(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints = [];
  people.push({ complaints });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !isRefusal(message.text())) complaints.push(message.text());
  });
  return page;
}

/** Browsers write every answer that is no success on the console, and every request that got none. */
const isRefusal = (text) => /^Failed to load resource: /.test(text);

/** Somebody who shops as a demo user, with a new cart. */
export async function shopper(user, { base = BASE, ...options } = {}) {
  const page = await somebody(options);
  await page.goto(`${base}/`);
  await page.getByLabel('Shopping as').selectOption(user);
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await page.getByText('Nothing in here yet.').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
}

/** Puts a product in, and waits until it is there. */
export async function add(page, product) {
  await page.getByRole('button', { name: `Add ${product}` }).click();
  await item(page, product).waitFor();
}

/** The row of an item in the cart. */
export const item = (page, product) => page.getByRole('list', { name: 'Items', exact: true }).getByRole('listitem').filter({ hasText: product });

export const quantity = (page, product) => page.getByLabel(`Quantity of ${product}`);

/** Waits until the cart has so many of a product. */
export async function has(page, product, count) {
  await page.waitForFunction(
    ([label, wanted]) => document.querySelector(`[aria-label="${label}"]`)?.value === wanted,
    [`Quantity of ${product}`, String(count)],
  );
}

/** What the cart says it costs. */
export const total = (page) => page.locator('#total').textContent();

/** Makes a share link in the dialog, closes it, and answers the link. */
export async function makeLink(page, { prices = true, names = false, suggest = true } = {}) {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share this cart' });
  await dialog.getByLabel('They see prices').setChecked(prices);
  await dialog.getByLabel('They see names').setChecked(names);
  await dialog.getByLabel('They may suggest changes').setChecked(suggest);
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = dialog.getByLabel('The link. It is shown only now');
  await link.waitFor();
  const address = await link.inputValue();
  await page.keyboard.press('Escape');
  return address;
}

/** Somebody who follows a share link. */
export async function visitor(link, options) {
  const page = await somebody(options);
  await page.goto(link);
  await page.getByRole('heading', { name: 'A cart was shared with you' }).waitFor();
  return page;
}

export const picture = (page, name, options) => page.screenshot({ path: join(PICTURES, `${name}.png`), ...options });

/** Chooses where to deliver, how, and how to pay. */
export async function choose(page, { address, delivery = 'standard', payment }) {
  await page.getByLabel('Deliver to').selectOption(address);
  await page.getByText('State sales tax 4%').waitFor();
  await page.getByLabel('Delivery', { exact: true }).selectOption(delivery);
  await page.locator('#sums').getByText('Standard delivery, 3 to 5 days').waitFor();
  await page.getByLabel('Payment', { exact: true }).selectOption(payment);
  await page.locator('#payment-method:not([aria-busy])').waitFor();
}
