// Where the cart comes from and where changes go: the shopper's own access, or a share link.

import { read, write } from './api.js';

const JSON_API = { Accept: 'application/vnd.api+json' };

/** A cart by its id, for its owner and those it is shared with. */
export const shopperSource = (id) => ({
  id,
  events: `/api/cart/${id}/events`,
  async load() {
    const [shown, suggested] = await Promise.all([read(`/api/cart/${id}`), read(`/api/cart/${id}/suggestions`)]);
    return { cart: shown.body.cart, etag: shown.etag, suggestions: suggested.body.suggestions, link: null };
  },
  write: (method, path, body, more) => write(method, `/api/cart/${id}${path}`, body, more),
});

/** What a link shows. The token is in a header. Looking again, as for a stream, counts as an opening of the link. */
export const linkSource = () => ({
  id: null,
  events: '/api/cart/shared/events',
  async load() {
    const { body, etag } = await read('/api/cart/shared');
    const { suggestions, ...link } = body.link;
    return { cart: body.cart, etag, suggestions, link };
  },
  write: (method, path, body, more) => write(method, `/api/cart/shared${path}`, body, more),
});

/** The carts of the shopper that can still be filled, newest first. */
export async function ownCarts() {
  const { body } = await read('/api/cart/list');
  return body.carts.filter(({ status }) => status === 'active' || status === 'checkout');
}

/** The carts that colleagues share with the shopper, with what the shopper may do with each. */
export async function sharedCarts() {
  const query = new URLSearchParams({ 'filter[access]': 'shared', include: 'cart-permission-groups' });
  const { body } = await read(`/carts?${query}`, { headers: JSON_API });
  const groups = new Map((body.included ?? []).map((group) => [group.id, group.attributes.permissions]));
  return body.data
    .filter(({ attributes }) => attributes.status === 'active' || attributes.status === 'checkout')
    .map(({ id, attributes, relationships }) => ({
      cart_id: id,
      cart_name: attributes.name,
      owner: attributes.idOwner,
      can: [relationships?.['cart-permission-groups']?.data ?? []].flat().flatMap((group) => groups.get(group.id) ?? []),
    }));
}

export const permissionGroups = async () =>
  (await read('/cart-permission-groups', { headers: JSON_API })).body.data.map(({ id, attributes }) => ({ id, name: attributes.name }));

export const sharesOf = async (cart) => (await read(`/carts/${cart}/shared-carts`, { headers: JSON_API })).body.data;

export const shareWith = (cart, user, group) =>
  write('POST', `/carts/${cart}/shared-carts`, {
    data: { type: 'shared-carts', attributes: { idCompanyUser: user, idCartPermissionGroup: Number(group) } },
  }, { headers: JSON_API });

export const endShare = (share) => write('DELETE', `/shared-carts/${share}`, undefined, { headers: JSON_API });
