// A cart's live stream. `EventSource` cannot send a token in a header, so this reads the stream itself, and resumes it.

import { headers, renew } from './session.js';
import { parser } from './sse.js';

/** Longer than two signs of life of the shop apart: a stream that is silent for so long is dead. */
const SILENCE = 40_000;
const LONGEST_PAUSE = 15_000;
/** How often the cart is read while there is no stream. */
const POLL = 4_000;

/**
 * Follows a stream until it is stopped or says that nothing comes any more.
 *
 * `on.message({event, data})`, `on.state('connecting' | 'live' | 'reconnecting' | 'ended', reason)` and `on.poll()`, while the
 * stream is down.
 */
export class Live {
  #path;
  #on;
  #lastId;
  #stopped = false;
  #abort;
  #wake = () => {};
  #failures = 0;
  #polling;

  constructor(path, on) {
    this.#path = path;
    this.#on = on;
    window.addEventListener('online', this.#nudge);
    window.addEventListener('offline', this.#cut);
    this.#run();
  }

  stop() {
    this.#stopped = true;
    window.removeEventListener('online', this.#nudge);
    window.removeEventListener('offline', this.#cut);
    clearInterval(this.#polling);
    this.#abort?.abort();
    this.#wake();
  }

  #nudge = () => this.#wake();
  #cut = () => this.#abort?.abort();

  async #run() {
    this.#say('connecting');
    while (!this.#stopped) {
      const ending = await this.#follow().catch((error) => error.ending);
      if (this.#stopped) return;
      if (ending === 'access_ended' || ending === 'checked_out') {
        this.stop();
        return this.#on.state('ended', ending);
      }
      this.#say('reconnecting');
      await this.#pause();
    }
  }

  /** Reads the stream to its end, and answers why it ended if it said so. */
  async #follow() {
    this.#abort = new AbortController();
    const resume = this.#lastId === undefined ? {} : { 'Last-Event-ID': this.#lastId };
    const answer = await fetch(this.#path, { headers: { ...headers(), ...resume }, signal: this.#abort.signal });
    if (answer.status === 401) await renew();
    if ([403, 404, 410].includes(answer.status)) throw Object.assign(new Error(), { ending: 'access_ended' });
    if (!answer.ok) throw new Error('no stream');
    let ending;
    const take = parser((message) => {
      this.#failures = 0;
      this.#lastId = message.id;
      const data = JSON.parse(message.data);
      if (message.event === 'end') ending = data.reason;
      if (message.event === 'ready') this.#say('live');
      this.#on.message({ event: message.event, data });
    });
    await this.#pump(answer.body.getReader(), take);
    return ending;
  }

  async #pump(reader, take) {
    const text = new TextDecoder();
    for (;;) {
      const silent = setTimeout(this.#cut, SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(silent));
      if (done) return;
      take(text.decode(value, { stream: true }));
    }
  }

  /** Waits longer after each failure, and not as long as others do, so that not all come back at once. */
  #pause() {
    const longest = Math.min(LONGEST_PAUSE, 500 * 2 ** this.#failures);
    this.#failures += 1;
    return new Promise((done) => {
      const timer = setTimeout(done, longest * (0.5 + Math.random() / 2));
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  #say(state) {
    clearInterval(this.#polling);
    if (state === 'reconnecting') this.#polling = setInterval(() => this.#on.poll(), POLL);
    this.#on.state(state);
  }
}
