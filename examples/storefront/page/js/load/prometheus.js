// What `/metrics` says, as numbers.

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** All samples of the text: `{name, labels, value}`. */
export function samples(text) {
  return text.split('\n').filter((line) => line && !line.startsWith('#')).flatMap((line) => {
    const [, name, labels = '', value] = line.match(LINE) ?? [];
    if (!name) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, key, text]) => [key, text.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c))]);
    return [{ name, labels: Object.fromEntries(pairs), value: value === '+Inf' ? Infinity : Number(value) }];
  });
}

/** The sum of a metric's samples, by the value of one label if one is named. */
export function sum(samples, name, label) {
  const totals = new Map();
  for (const sample of samples) {
    if (sample.name !== name) continue;
    const key = label ? (sample.labels[label] ?? '') : '';
    totals.set(key, (totals.get(key) ?? 0) + sample.value);
  }
  return label ? totals : (totals.get('') ?? 0);
}

/** How many observations fell into each bucket between two looks: `[upper bound, count]`, rising, not cumulative. */
export function buckets(before, after, name) {
  const [old, now] = [sum(before, `${name}_bucket`, 'le'), sum(after, `${name}_bucket`, 'le')];
  const bound = (text) => (text === '+Inf' ? Infinity : Number(text));
  const rising = [...now].map(([le, count]) => [bound(le), count - (old.get(le) ?? 0)]).sort(([a], [b]) => a - b);
  return rising.map(([le, count], i) => [le, count - (rising[i - 1]?.[1] ?? 0)]);
}

/** Where a part of all observations lies, within its bucket in proportion, as Prometheus works it out; none of none. */
export function quantile(part, buckets) {
  const total = buckets.reduce((all, [, count]) => all + count, 0);
  if (total === 0) return null;
  let rest = part * total;
  let lower = 0;
  for (const [upper, count] of buckets) {
    if (count > 0 && rest <= count) return upper === Infinity ? lower : lower + (upper - lower) * (rest / count);
    rest -= count;
    if (upper !== Infinity) lower = upper;
  }
  return lower;
}
