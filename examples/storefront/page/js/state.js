// What the page knows, and who is told when that changes.

/** `cart` is as the shop answers it; `can` has the words of what the shopper may do with it. */
export const state = {
  visiting: false,
  user: null,
  account: null,
  world: null,
  carts: [],
  sharedCarts: [],
  opening: true,
  cart: null,
  etag: null,
  can: new Set(),
  suggestions: [],
  link: null,
  presence: null,
  live: 'none',
  order: null,
};

const readers = new Set();

/** Calls `reader` with the state after every change, soon, and once for many changes. */
export function onChange(reader) {
  readers.add(reader);
}

let due = false;

export function change(what) {
  Object.assign(state, what);
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    readers.forEach((reader) => reader(state));
  });
}

export const product = (id) => state.world?.products.find((known) => known.id === id);

/** A name for people; a product that is no longer listed goes by its id. */
export const productName = (id) => product(id)?.name ?? id;

export const itemName = (id) => {
  const item = state.cart?.items.find((known) => known.item_id === id);
  return item ? (item.name ?? productName(item.product_id)) : 'an item that is gone';
};
