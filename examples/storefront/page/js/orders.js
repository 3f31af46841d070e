// What the shopper ordered.

import { read } from './api.js';
import { byId, el, setText } from './dom.js';
import { clearProblem, sayProblem } from './feedback.js';
import { money } from './money.js';
import { when } from './words.js';

const STATUS = { payment_pending: 'waits for its payment', confirmed: 'confirmed', cancelled: 'cancelled' };

export function startOrders() {
  byId('orders-open').onclick = open;
}

async function open() {
  const problem = byId('orders-problem');
  clearProblem(problem);
  byId('orders-list').replaceChildren();
  setText(byId('orders-state'), 'Loading…');
  byId('orders').showModal();
  try {
    const { body } = await read('/demo/orders');
    byId('orders-list').replaceChildren(...body.orders.map(row));
    setText(byId('orders-state'), body.orders.length === 0 ? 'You have not ordered anything yet.' : '');
  } catch (error) {
    setText(byId('orders-state'), '');
    sayProblem(problem, error);
  }
}

function row(order) {
  const amount = (text) => money(text, order.currency);
  return el('li', {},
    el('div', { className: 'order-head' },
      el('strong', {}, `Order ${order.order_number ?? ''}`),
      el('span', { className: `badge ${order.status}` }, STATUS[order.status] ?? order.status),
      el('strong', { className: 'order-total' }, amount(order.total))),
    el('p', { className: 'quiet' }, when(order.created_at)),
    el('ul', {}, order.items.map(({ name, quantity, total }) => el('li', {}, `${quantity} × ${name}, ${amount(total)}`))));
}
