// Amounts are decimal text from the server; they are shown, and nothing is ever worked out from them here.

const SYMBOLS = new Map();

function symbol(currency) {
  if (!SYMBOLS.has(currency)) {
    const parts = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(0);
    SYMBOLS.set(currency, parts.find((part) => part.type === 'currency')?.value ?? currency);
  }
  return SYMBOLS.get(currency);
}

/** `1250.00` in USD as `$1,250.00`. */
export function money(text, currency) {
  const [whole, decimals] = text.replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const amount = decimals === undefined ? grouped : `${grouped}.${decimals}`;
  return `${text.startsWith('-') ? '−' : ''}${symbol(currency)}${amount}`;
}

/** An amount that is taken off. */
export const less = (text, currency) => money(`-${text}`, currency);

/** Whether an amount is nothing, whatever its decimals. */
export const isZero = (text) => !/[1-9]/.test(text);
