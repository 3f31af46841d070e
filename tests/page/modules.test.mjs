// The parts of the page that need no browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const JS = '../../examples/storefront/page/js';
const { parser } = await import(`${JS}/sse.js`);
const { buckets, quantile, samples, sum } = await import(`${JS}/load/prometheus.js`);
const { isZero, less, money } = await import(`${JS}/money.js`);

test('a stream is understood however it is cut', () => {
  const text = ': hello\n\nevent: ready\nid: 4\ndata: {"version":4}\n\nevent: change\r\nid: 5\r\ndata: a\r\ndata:  b\r\n\r\ndata\n\nid: 6\n\nretry: 7\ndata:x\n\ndata: unfinished';
  const expected = [
    { event: 'ready', data: '{"version":4}', id: '4' },
    { event: 'change', data: 'a\n b', id: '5' },
    { event: 'message', data: '', id: '5' },
    { event: 'message', data: 'x', id: '6' },
  ];
  for (let size = 1; size <= text.length; size += 1) {
    const heard = [];
    const take = parser((message) => heard.push(message));
    for (let at = 0; at < text.length; at += size) take(text.slice(at, at + size));
    assert.deepEqual(heard, expected, `in pieces of ${size}`);
  }
});

test('amounts are shown to the last decimal and never worked out', () => {
  assert.equal(money('1250.00', 'USD'), '$1,250.00');
  assert.equal(money('90071992547409931234.07', 'USD'), '$90,071,992,547,409,931,234.07');
  assert.equal(money('0.30', 'EUR'), '€0.30');
  assert.equal(money('1000', 'JPY'), '¥1,000');
  assert.equal(money('-5.00', 'USD'), '−$5.00');
  assert.equal(less('5.00', 'USD'), '−$5.00');
  assert.ok(isZero('0.00') && isZero('0') && !isZero('0.01'));
});

test('what Prometheus reads is read the same way', () => {
  const read = (a, b, c) => samples(`# TYPE x histogram\nx_bucket{le="0.125",route="/{a}"} ${a}\nx_bucket{le="0.5"} ${b}\nx_bucket{le="+Inf"} ${c}\nn_total{code="a\\"b"} 2\nn_total{code="c"} 3\n# EOF\n`);
  const said = read(0, 0, 0);
  assert.equal(sum(said, 'n_total'), 5);
  assert.deepEqual([...sum(said, 'n_total', 'code')], [['a"b', 2], ['c', 3]]);
  const grown = buckets(said, read(50, 100, 100), 'x');
  assert.deepEqual(grown, [[0.125, 50], [0.5, 50], [Infinity, 0]]);
  assert.equal(quantile(0.5, grown), 0.125);
  assert.equal(quantile(0.75, grown), 0.3125);
  assert.equal(quantile(0.99, buckets(said, read(0, 0, 3), 'x')), 0.5, 'beyond the last bound there is only the bound');
  assert.equal(quantile(0.5, buckets(said, said, 'x')), null);
});
