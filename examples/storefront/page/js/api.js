// Requests to the shop, and what comes back.

import { headers, renew } from './session.js';

/** What the shop refused, as a problem document says it. */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail ?? body.title ?? 'The shop gave no reason.');
    Object.assign(this, { status, code: body.code ?? '', body, retryAfter });
  }
}

/** Nothing came back. Whether it was done is not known. */
export class Unreachable extends Error {
  constructor() {
    super('The shop cannot be reached. Check the connection and try again.');
  }
}

const TRIES = 3;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export const read = (path, more) => request('GET', path, { ...more });

/**
 * Changes something, once: should the answer be lost, the request is sent again with the same key, and the shop does not
 * do it twice.
 */
export const write = (method, path, body, more = {}) =>
  request(method, path, { body, ...more, headers: { 'Idempotency-Key': newKey(), ...more.headers } });

async function request(method, path, { body, headers: extra, signal }) {
  const send = () => fetch(path, {
    method,
    signal,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers(), ...extra },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  let answer = await persistently(send);
  if (answer.status === 401 && (await renew())) answer = await persistently(send);
  return understood(answer);
}

async function persistently(send) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await send();
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      if (tried === TRIES || !navigator.onLine) throw new Unreachable();
      await pause(200 * 2 ** tried * (0.5 + Math.random() / 2));
    }
  }
}

/** The body with its `etag`, or a problem. */
async function understood(answer) {
  const text = await answer.text();
  const body = text && (answer.headers.get('Content-Type') ?? '').includes('json') ? JSON.parse(text) : {};
  if (!answer.ok) throw new Problem(answer.status, body.errors?.[0] ?? body, retryAfter(answer));
  return { status: answer.status, body, etag: answer.headers.get('ETag') };
}

/** In how many seconds the shop wants to be asked again, if it says so. */
const retryAfter = (answer) => Number.parseInt(answer.headers.get('Retry-After'), 10) || undefined;

/** A key that nobody else has. `randomUUID` is missing where the page is not served securely. */
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
