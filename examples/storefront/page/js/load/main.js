// How busy the shop is, second by second.

import { byId, el, keyed, setText } from '../dom.js';
import { chart } from './chart.js';
import { buckets, quantile, samples, sum } from './prometheus.js';

const EVERY = 1_000;
/** Over how many looks rates are taken, and how many are drawn. */
const WINDOW = 10;
const SHOWN = 120;

const looks = [];
const past = [];

const charts = {
  requests: chart('Requests per second', SHOWN),
  latency: chart('Answer time', SHOWN),
  writes: chart('Writes per second', SHOWN),
  streams: chart('Open streams', SHOWN),
};
byId('charts').append(...Object.values(charts).map(({ figure }) => figure));

async function look() {
  const answer = await fetch('/metrics', { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(String(answer.status));
  looks.push({ at: performance.now(), said: samples(await answer.text()) });
  if (looks.length > WINDOW + 1) looks.shift();
  if (looks.length > 1) show(looks[0], looks.at(-1));
}

function show(before, after) {
  const seconds = (after.at - before.at) / 1000;
  const grown = (name) => Math.max(0, sum(after.said, name) - sum(before.said, name));
  const perSecond = (name) => grown(name) / seconds;
  const at = (part, name) => quantile(part, buckets(before.said, after.said, name));
  const now = {
    requests: perSecond('cart_http_requests_total'),
    errors: perSecond('cart_http_errors_total'),
    p50: at(0.5, 'cart_http_request_seconds'),
    p99: at(0.99, 'cart_http_request_seconds'),
    writes: perSecond('cart_writes_total'),
    write50: at(0.5, 'cart_write_seconds'),
    write99: at(0.99, 'cart_write_seconds'),
    retries: perSecond('cart_write_retries_total'),
    streams: sum(after.said, 'cart_live_streams'),
    carts: sum(after.said, 'cart_live_carts'),
    batch: batch(before.said, after.said),
  };
  past.push(now);
  if (past.length > SHOWN) past.shift();
  tiles(now, after.said);
  draw(now);
  table('errors', before.said, after.said, 'cart_http_errors_total', 'code', seconds, 'No errors');
  table('commands', before.said, after.said, 'cart_writes_total', 'command', seconds, 'No commands');
}

/** How many writes went to disk together, where the shop counts that. */
function batch(before, after) {
  const grown = (name) => sum(after, name) - sum(before, name);
  const commits = grown('cart_commit_batch_size_count');
  return commits > 0 ? grown('cart_commit_batch_size_sum') / commits : null;
}

const rate = (value) => value.toFixed(value < 10 ? 1 : 0);
const time = (seconds) => {
  if (seconds === null) return '–';
  return seconds < 1 ? `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms` : `${seconds.toFixed(1)} s`;
};

function tiles(now, said) {
  const checkouts = [...sum(said, 'cart_checkouts_total', 'outcome')].reduce((all, [, count]) => all + count, 0);
  const shown = [
    ['Requests / s', rate(now.requests)],
    ['Errors / s', rate(now.errors)],
    ['Answer time, p50', time(now.p50)],
    ['Answer time, p99', time(now.p99)],
    ['Writes / s', rate(now.writes)],
    ['Write, p99', time(now.write99)],
    ['Lost races / s', rate(now.retries)],
    ['Open streams', String(now.streams)],
    ['Carts being watched', String(now.carts)],
    ['Checkouts ended', String(checkouts)],
    ...(now.batch === null ? [] : [['Writes per commit', now.batch.toFixed(1)]]),
  ];
  keyed(byId('tiles'), shown, ([name]) => name, ([name]) => el('div', { className: 'tile' }, el('dt', {}, name), el('dd')), (tile, [, value]) => setText(tile.lastElementChild, value));
}

function draw(now) {
  const of = (name) => past.map((moment) => moment[name]);
  charts.requests.draw([['first', of('requests')], ['second', of('errors')]], `${rate(now.requests)}, errors ${rate(now.errors)} (dashed)`);
  charts.latency.draw([['first', of('p50')], ['second', of('p99')]], `p50 ${time(now.p50)}, p99 ${time(now.p99)} (dashed)`);
  charts.writes.draw([['first', of('writes')], ['second', of('retries')]], `${rate(now.writes)}, lost races ${rate(now.retries)} (dashed)`);
  charts.streams.draw([['first', of('streams')]], String(now.streams));
}

function table(id, before, after, name, label, seconds, none) {
  const [old, now] = [sum(before, name, label), sum(after, name, label)];
  const rows = [...now].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a).map(([key, count]) => [key, rate((count - (old.get(key) ?? 0)) / seconds), String(count)]);
  const shown = rows.length > 0 ? rows : [[none, '', '']];
  keyed(byId(id), shown, ([key]) => key, (cells) => el('tr', {}, cells.map(() => el('td'))), (row, cells) => cells.forEach((text, i) => setText(row.children[i], text)));
}

async function run() {
  const trouble = byId('trouble');
  try {
    await look();
    trouble.hidden = true;
  } catch {
    trouble.textContent = 'The shop does not answer. What is shown is from before.';
    trouble.hidden = false;
  }
  setTimeout(run, EVERY);
}

run();
