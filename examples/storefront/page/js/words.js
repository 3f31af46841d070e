// Sentences for what the shop answers as data.

import { money } from './money.js';
import { itemName, productName, state } from './state.js';

const amount = (text) => money(text, state.cart?.currency ?? state.world?.currency ?? 'USD');
const times = (quantity) => (quantity === 1 ? '' : `${quantity} × `);
const list = (things) => (things.length < 2 ? things.join('') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`);

const CHOICES = { address: 'address', shipping_method: 'delivery method', payment_method: 'payment method', billing_address: 'billing address' };

const MISFITS = {
  not_found: 'is not known',
  inactive: 'is not offered any more',
  currency: 'is not for this currency',
  contents: 'does not go with what is in the cart',
  destination: 'is not for this address',
  nothing_to_deliver: 'is not needed: nothing is delivered',
  subtotal: 'is not for a cart of this value',
  weight: 'is not for a cart of this weight',
};

const WHY_NOT = {
  unknown: () => 'there is no such code',
  not_started: () => 'it is not valid yet',
  ended: () => 'it has ended',
  currency: () => 'it is for another currency',
  customer_group: () => 'it is for other customers',
  used_up: () => 'it has been used up',
  used_up_by_customer: () => 'you have used it already',
  customer_unknown: () => 'it needs to know who you are',
  nothing_concerned: () => 'nothing in the cart is concerned',
  below_quantity: ({ minimum, units }) => `it needs ${minimum} units, and there are ${units}`,
  below_subtotal: ({ minimum, subtotal }) => `it needs ${amount(minimum)}, and there is ${amount(subtotal)}`,
  excluded: () => 'it does not go with another offer',
  same_promotion: () => 'its offer is on the cart already',
};

const UNAVAILABLE = {
  out_of_stock: 'is sold out',
  call: 'is sold on request only',
  currency: 'is not sold in this currency',
  withdrawn: 'is no longer sold',
  amount_overflow: 'comes to more than can be counted',
};

/** Why a code or an offer takes nothing off. */
export const whyNot = (reason) => WHY_NOT[reason.reason]?.(reason) ?? 'it does not apply to this cart';

export const unavailable = (reason) => UNAVAILABLE[reason] ?? 'cannot be bought now';

const misfit = ({ selection, reason }) => `The ${CHOICES[selection] ?? selection} ${MISFITS[reason] ?? 'does not fit'}.`;

function clash(clash) {
  const name = productName(clash.product_id);
  const others = list(clash.others.map((other) => productName(other.product_id)));
  switch (clash.rule) {
    case 'requires': return `${name} needs something else in the cart${clash.any_of?.products?.length ? `: ${list(clash.any_of.products.map(productName))}` : ''}.`;
    case 'excludes': return `${name} does not go with ${others}.`;
    case 'group': return `${name} cannot be bought together with ${others}.`;
    case 'follows': return `${name}: there are more units than of what it goes with.`;
    default: return `${name} does not go with the rest.`;
  }
}

/** A notice of the cart, or an obstacle to ordering it. */
export function notice(said) {
  const name = said.item_id ? itemName(said.item_id) : '';
  switch (said.code) {
    case 'price_changed': return `${name} now costs ${amount(said.to)} instead of ${amount(said.from)}.`;
    case 'stock_reduced':
    case 'insufficient_stock': return `Only ${said.available} of ${name} left.`;
    case 'product_withdrawn': return `${name} is no longer sold.`;
    case 'product_unavailable': return `${name} ${unavailable(said.reason)}.`;
    case 'amount_overflow': return `${name} comes to more than can be counted.`;
    case 'quantity_clamped': return `${name}: ${said.given} instead of ${said.requested}, as many as there are.`;
    case 'quantity_not_sold': return `${name} is not sold in this quantity.`;
    case 'incompatible_items': return clash(said.clash ?? said);
    case 'dependant_reduced': return `${productName(said.product_id)} was reduced with what it goes with.`;
    case 'selection_missing': return `Choose ${CHOICES[said.selection] === 'address' ? 'an address' : `a ${CHOICES[said.selection]}`}.`;
    case 'selection_stale':
    case 'selection_misfit': return misfit(said);
    case 'coupon_sleeping': return `The code ${said.coupon} waits: ${whyNot(said)}.`;
    case 'coupon_removed': return `The code ${said.coupon} was removed: ${whyNot(said)}.`;
    case 'coupon_not_applicable': return `A coupon does not apply: ${whyNot(said)}.`;
    case 'tax_unknown': return 'Taxes are added once an address is chosen.';
    case 'cart_replaced': return 'This cart took the place of an earlier one.';
    case 'empty': return 'The cart is empty.';
    default: return 'Something about this cart needs a look.';
  }
}

const PROBLEMS = {
  insufficient_stock: ({ available }) => (available ? `There are only ${available} left.` : 'There are none left.'),
  below_minimum: ({ minimum }) => `It is sold in quantities of at least ${minimum}.`,
  above_maximum: ({ maximum }) => `It is sold in quantities of at most ${maximum}.`,
  not_multiple: ({ multiple_of: step }) => `It is sold in multiples of ${step}.`,
  product_unavailable: ({ product_id: id, reason }) => `${productName(id)} ${unavailable(reason)}.`,
  incompatible_items: ({ clashes }) => clashes.map(clash).join(' '),
  has_dependants: ({ clashes }) => clashes.map(clash).join(' '),
  coupon_not_applicable: (body) => `This code does not apply: ${whyNot(body)}.`,
  coupon_not_found: () => 'There is no such code.',
  selection_misfit: misfit,
  not_orderable: ({ obstacles }) => obstacles.map(notice).join(' '),
  total_changed: ({ total, currency }) => `The cart changed a moment ago: it now costs ${money(total, currency)}. Look at it and order again.`,
  version_conflict: () => 'Somebody changed the cart a moment ago. Look at it and try again.',
  rate_limit_exceeded: () => 'That was too much at once. Wait a little and try again.',
  forbidden: () => 'You may not do that with this cart.',
  payment_failed: ({ detail }) => `${detail ?? 'The payment failed.'} Nothing was ordered, and the cart is as it was.`,
  suggestion_not_found: () => 'Somebody decided on this suggestion already.',
  cart_not_found: () => 'There is no such cart, or it is not yours to see.',
};

/** What went wrong, for people. */
export function problem(error) {
  return PROBLEMS[error.code]?.(error.body) ?? error.message;
}

/** Somebody. */
export function person(by, name) {
  if (by?.user_id) return by.user_id === state.user ? 'You' : by.user_id;
  return name ?? { guest: 'A guest', link_bearer: 'Somebody with a link', system: 'The shop' }[by?.kind] ?? 'Somebody';
}

/** What a suggestion would do. */
export function proposal({ op, item_id: item, product_id: id, quantity }) {
  switch (op) {
    case 'add': return `Add ${times(quantity)}${productName(id)}`;
    case 'remove': return `Remove ${itemName(item)}`;
    case 'set_quantity': return `Make it ${quantity} of ${itemName(item)}`;
    case 'replace': return `Replace ${itemName(item)} by ${times(quantity)}${productName(id)}`;
    default: return 'Change the cart';
  }
}

const HAPPENED = {
  created: () => 'made the cart',
  renamed: ({ name }) => (name ? `named it “${name}”` : 'took its name away'),
  line_added: ({ product_id: id, quantity }) => `added ${times(quantity)}${productName(id)}`,
  quantity_changed: ({ item_id: id, from, to }) => `changed ${itemName(id)} from ${from} to ${to}`,
  line_removed: () => 'removed an item',
  cleared: () => 'emptied it',
  coupon_added: ({ code }) => `entered the code ${code}`,
  coupon_removed: ({ code }) => `removed the code ${code}`,
  gift_refused: () => 'declined a gift',
  gift_accepted: () => 'accepted a gift',
  selected: ({ selection }) => `chose the ${CHOICES[selection] ?? selection}`,
  checkout_begun: () => 'began to check out',
  payment_pending: () => 'is to pay',
  paid: () => 'paid',
  order_confirmed: ({ order_number: number }) => `got the order ${number ?? ''} confirmed`,
  checkout_ended: ({ reason }) => (reason === 'payment_declined' ? 'did not pay: the payment was declined' : 'did not go on with the order'),
  grant_made: ({ user_id: user }) => `shared it with ${user}`,
  grant_revoked: () => 'ended a colleague’s access',
  link_made: () => 'made a link',
  link_revoked: () => 'ended a link',
  suggestion_made: ({ proposal: made }) => `suggested: ${proposal(made).replace(/^./, (letter) => letter.toLowerCase())}`,
  suggestion_accepted: () => 'accepted a suggestion',
  suggestion_declined: () => 'declined a suggestion',
  suggestion_withdrawn: () => 'took a suggestion back',
  undone: () => 'undid a change',
};

/** What happened in one change, without what follows from it; empty if there is nothing to tell. */
export const happened = (what) =>
  list([...new Set(what.map((one) => HAPPENED[one.happened]?.(one)).filter(Boolean))]);

export const when = (text) =>
  new Date(text).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
