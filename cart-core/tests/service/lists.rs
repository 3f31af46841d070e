//! Lists of carts: whose cursor it is, and what has left the list.

use std::sync::Arc;

use cart_core::actor::Actor;
use cart_core::command::{Command, CreateCart};
use cart_core::id::{CartId, ChannelId};
use cart_core::memory::{MemoryDirectory, MemoryStore};
use cart_core::money::Currency;
use cart_core::policy::CartPolicy;
use cart_core::port::GrantedCart;
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, CartService, Cursor, ListRequest, Page, Target};
use cart_core::sharing::{PermissionGroup, PermissionGroupId};
use cart_core::testing::block_on;
use cart_core::testing::samples::{channel, company_id, guest, user, user_for, user_id};

use crate::shop::{Shop, rejection, shop as shop_channel};

const FULL: PermissionGroupId = PermissionGroup::FULL_ACCESS;
const READ_ONLY: PermissionGroupId = PermissionGroup::READ_ONLY;

fn of_acme(name: &str) -> Actor {
    user_for(name, "acme")
}

fn kiosk() -> ChannelId {
    channel("kiosk")
}

/// Two channels of Acme's, over a store that others may use too.
fn firm_over(memory: &Arc<MemoryStore>, key: u8, policy: CartPolicy) -> (Shop, Arc<MemoryDirectory>) {
    let directory = Arc::new(MemoryDirectory::default());
    for name in ["ann", "bob", "carl"] {
        directory.put(company_id("acme"), user_id(name));
    }
    let listed = Arc::clone(&directory) as _;
    let shop = Shop::over(Arc::clone(memory), policy, |builder| {
        builder
            .directory(listed)
            .channel(kiosk(), CartPolicy::company(), Currency::EUR)
            .cursor_key([key; 32])
            .ids(Arc::new(cart_core::memory::RandomIds))
    });
    (shop, directory)
}

fn firm() -> (Shop, Arc<MemoryDirectory>) {
    firm_over(&Arc::default(), 1, CartPolicy::company())
}

/// Makes a cart of Ann's in a channel, and shares it with Bob.
fn shared(shop: &Shop, channel: &ChannelId, group: PermissionGroupId) -> CartId {
    let made = block_on(shop.service.create(&Caller::new(of_acme("ann")), channel, &CreateCart::default()));
    let cart = made.unwrap().view.cart.id();
    let share = Command::Share { user: user_id("bob"), group };
    shop.execute(of_acme("ann"), &Target::Cart(cart), &share).unwrap();
    cart
}

/// Makes so many carts of Ann's, and shares them with Bob.
fn share_many(shop: &Shop, carts: usize) -> Vec<CartId> {
    (0..carts).map(|_| shared(shop, &shop_channel(), FULL)).collect()
}

fn request(cursor: Option<Cursor>, limit: usize) -> ListRequest {
    ListRequest { cursor, limit }
}

fn shared_with(shop: &Shop, who: &Actor, cursor: Option<Cursor>, limit: usize) -> Page<GrantedCart> {
    block_on(shop.service.carts_shared_with(who, &shop_channel(), &request(cursor, limit))).unwrap()
}

fn ids(page: &Page<GrantedCart>) -> Vec<CartId> {
    page.items.iter().map(|granted| granted.cart.id).collect()
}

/// All carts that are shared with Bob, in pages; between two of them something happens.
fn all_shared(shop: &Shop, limit: usize, mut between: impl FnMut(&[CartId])) -> Vec<CartId> {
    let (mut read, mut cursor) = (Vec::new(), None);
    loop {
        let page = shared_with(shop, &of_acme("bob"), cursor, limit);
        assert!(page.items.len() <= limit);
        read.extend(ids(&page));
        cursor = page.next;
        if cursor.is_none() {
            return read;
        }
        between(&read);
    }
}

fn is_bad<T: std::fmt::Debug>(result: Result<T, CartError>) -> bool {
    matches!(result.unwrap_err(), CartError::BadCursor)
}

#[test]
fn a_cursor_is_good_for_its_caller_list_and_channel_alone() {
    let (shop, _) = firm();
    share_many(&shop, 2);
    let service = &shop.service;
    let owned = |who: &Actor, channel: &ChannelId, cursor: &Option<Cursor>| {
        block_on(service.carts(who, channel, &request(cursor.clone(), 1)))
    };
    let granted = |who: &Actor, channel: &ChannelId, cursor: &Option<Cursor>| {
        block_on(service.carts_shared_with(who, channel, &request(cursor.clone(), 1)))
    };
    let anns = owned(&of_acme("ann"), &shop_channel(), &None).unwrap().next;
    let bobs = granted(&of_acme("bob"), &shop_channel(), &None).unwrap().next;
    assert!(anns.is_some() && bobs.is_some());
    for other in [of_acme("carl"), user("ann"), user_for("ann", "globex"), guest(1)] {
        assert!(is_bad(owned(&other, &shop_channel(), &anns)), "{other:?}");
        assert!(is_bad(granted(&other, &shop_channel(), &bobs)), "{other:?}");
    }
    assert!(
        is_bad(owned(&of_acme("ann"), &kiosk(), &anns)) && is_bad(granted(&of_acme("bob"), &kiosk(), &bobs))
    );
    assert!(is_bad(granted(&of_acme("ann"), &shop_channel(), &anns)));
    assert!(is_bad(owned(&of_acme("bob"), &shop_channel(), &bobs)));
    assert_eq!(owned(&of_acme("ann"), &shop_channel(), &anns).unwrap().items.len(), 1);
    assert_eq!(granted(&of_acme("bob"), &shop_channel(), &bobs).unwrap().items.len(), 1);
}

#[test]
fn a_cursor_is_good_for_all_services_with_its_key_and_for_no_other() {
    let memory = Arc::default();
    let [(ours, _), (same, _), (other, _)] =
        [1, 1, 2].map(|key| firm_over(&memory, key, CartPolicy::company()));
    share_many(&ours, 2);
    let next = shared_with(&ours, &of_acme("bob"), None, 1).next;
    assert_eq!(shared_with(&same, &of_acme("bob"), next.clone(), 1).items.len(), 1);
    let channel = shop_channel();
    let asked = request(next, 1);
    assert!(is_bad(block_on(other.service.carts_shared_with(&of_acme("bob"), &channel, &asked))));
}

#[test]
fn a_cursor_that_was_tampered_with_is_refused() {
    let (shop, _) = firm();
    share_many(&shop, 2);
    let text = shared_with(&shop, &of_acme("bob"), None, 1).next.unwrap().to_string();
    for place in 0..text.len() {
        let digit = if text[place..].starts_with('0') { "1" } else { "0" };
        let mut tampered = text.clone();
        tampered.replace_range(place..=place, digit);
        let cursor = Some(tampered.parse().unwrap());
        let asked = request(cursor, 1);
        let answer = block_on(shop.service.carts_shared_with(&of_acme("bob"), &shop_channel(), &asked));
        assert!(is_bad(answer), "at {place}");
    }
    for text in ["", "00", &text[1..], &format!("{text}0"), &"g".repeat(96), &"AB".repeat(48)] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
}

#[test]
fn pages_of_shared_carts_miss_nothing_though_some_are_revoked_meanwhile() {
    let (shop, _) = firm();
    let carts = share_many(&shop, 11);
    let all = all_shared(&shop, 100, |_| {});
    assert_eq!(all.len(), carts.len());
    assert_eq!(all_shared(&shop, 3, |_| {}), all);
    // The last one of each page is revoked before the next is asked for.
    let read = all_shared(&shop, 3, |read| {
        let last = *read.last().unwrap();
        let grant = shop.stored(last).grants()[0].id;
        shop.execute(of_acme("ann"), &Target::Cart(last), &Command::RevokeGrant { grant }).unwrap();
    });
    assert_eq!(read, all);
    assert_eq!(all_shared(&shop, 100, |_| {}).len(), carts.len() - 3);
}

#[test]
fn nothing_is_shared_with_whoever_left_the_company() {
    let (shop, directory) = firm();
    let cart = shared(&shop, &shop_channel(), FULL);
    let bob = of_acme("bob");
    directory.remove(&company_id("acme"), &user_id("bob"));
    assert!(ids(&shared_with(&shop, &bob, None, 9)).is_empty());
    directory.put(company_id("acme"), user_id("bob"));
    assert_eq!(ids(&shared_with(&shop, &bob, None, 9)), [cart]);
    for other in [user("bob"), user_for("bob", "globex"), of_acme("ann"), guest(1)] {
        assert!(ids(&shared_with(&shop, &other, None, 9)).is_empty(), "{other:?}");
    }
}

#[test]
fn carts_in_a_group_that_is_no_more_are_left_out_and_the_list_goes_on() {
    let memory = Arc::default();
    let (before, _) = firm_over(&memory, 1, CartPolicy::company());
    let groups = [FULL, READ_ONLY, READ_ONLY, READ_ONLY, FULL, READ_ONLY, FULL];
    let made: Vec<(CartId, PermissionGroupId)> =
        groups.map(|group| (shared(&before, &shop_channel(), group), group)).into();
    let mut policy = CartPolicy::company();
    policy.sharing.groups.retain(|group| group.id == FULL);
    let (after, _) = firm_over(&memory, 1, policy);
    let mut left: Vec<CartId> = made.iter().filter(|(_, group)| *group == FULL).map(|(id, _)| *id).collect();
    left.sort_unstable();
    for limit in [1, 2, 3, 100] {
        let mut read = all_shared(&after, limit, |_| {});
        read.sort_unstable();
        assert_eq!(read, left, "pages of {limit}");
    }
}

#[test]
fn a_page_has_at_least_one_place_and_at_most_so_many() {
    let (shop, _) = firm();
    share_many(&shop, 3);
    assert_eq!(shared_with(&shop, &of_acme("bob"), None, 0).items.len(), 1);
    let many = shared_with(&shop, &of_acme("bob"), None, usize::MAX);
    assert!(many.items.len() == 3 && many.next.is_none() && CartService::MAX_PAGE == 100);
}

#[test]
fn nothing_is_shared_with_those_who_can_own_nothing() {
    let (shop, _) = firm();
    for who in [Actor::System, Actor::Staff(user_id("bob"))] {
        let asked = block_on(shop.service.carts_shared_with(&who, &shop_channel(), &request(None, 1)));
        assert_eq!(rejection(asked), Rejection::CannotOwn);
    }
    let nowhere = block_on(shop.service.carts_shared_with(&of_acme("bob"), &channel("x"), &request(None, 1)));
    assert!(matches!(nowhere.unwrap_err(), CartError::UnknownChannel));
}

#[test]
fn pages_of_own_carts_miss_nothing_though_some_are_handed_over_meanwhile() {
    let (shop, _) = firm();
    let carts = share_many(&shop, 9);
    let (mut read, mut cursor) = (Vec::new(), None);
    loop {
        let asked = request(cursor, 2);
        let page = block_on(shop.service.carts(&of_acme("ann"), &shop_channel(), &asked)).unwrap();
        read.extend(page.items.iter().map(|cart| cart.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        let transfer = Command::Transfer { user: user_id("carl"), keep: None };
        shop.execute(of_acme("ann"), &Target::Cart(*read.last().unwrap()), &transfer).unwrap();
    }
    read.sort_unstable();
    let mut all = carts;
    all.sort_unstable();
    assert_eq!(read, all);
}
