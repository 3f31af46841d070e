//! Capabilities that only some have.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use cart_core::command::Command;
use cart_core::id::{CartId, CheckoutId, GrantId, LineId, LinkId, SuggestionId};
use cart_core::memory::{MemoryDirectory, Rollout};
use cart_core::policy::{CartPolicy, SharingPolicy};
use cart_core::port::{Capability, Meter, Variant, WriteEnd, Wrote};
use cart_core::rejection::Rejection;
use cart_core::service::{Caller, CartError, Target};
use cart_core::sharing::LinkTerms;
use cart_core::testing::samples::{company_id, key, user_for, user_id};
use cart_core::testing::{Named, block_on, every_command};

use crate::shop::{Shop, add};

#[derive(Debug, Default)]
struct Seen(Mutex<Vec<Wrote>>);

impl Meter for Seen {
    fn wrote(&self, write: &Wrote) {
        self.0.lock().unwrap().push(*write);
    }
}

struct Phased {
    shop: Shop,
    rollout: Arc<Rollout>,
    seen: Arc<Seen>,
    cart: CartId,
}

impl Phased {
    fn new(rollout: Rollout) -> Self {
        let (shared, company) = (CartPolicy::shared(), CartPolicy::company());
        let sharing = SharingPolicy { groups: company.sharing.groups, ..shared.sharing };
        let policy = CartPolicy { sharing, pricing: company.pricing, ..shared };
        let (rollout, seen) = (Arc::new(rollout), Arc::<Seen>::default());
        let directory = MemoryDirectory::default();
        ["ann", "bob"].iter().for_each(|name| directory.put(company_id("acme"), user_id(name)));
        let shop = Shop::over(Arc::default(), policy, |builder| {
            let builder = builder.flags(Arc::clone(&rollout) as _).meter(Arc::clone(&seen) as _);
            builder.directory(Arc::new(directory))
        });
        let cart = shop.create(user_for("ann", "acme")).unwrap().view.cart.id();
        shop.execute(user_for("ann", "acme"), &Target::Cart(cart), &add("mug", 1)).unwrap();
        Self { shop, rollout, seen, cart }
    }

    fn ask(&self, command: &Command) -> Result<(), CartError> {
        self.ask_as(Caller::new(user_for("ann", "acme")), command)
    }

    fn ask_as(&self, caller: Caller, command: &Command) -> Result<(), CartError> {
        self.shop.execute(caller, &Target::Cart(self.cart), command).map(drop)
    }

    fn last(&self) -> Wrote {
        *self.seen.0.lock().unwrap().last().unwrap()
    }
}

fn is_not_offered(result: &Result<(), CartError>) -> bool {
    matches!(result, Err(CartError::Rejected(Rejection::NotOffered)))
}

fn link() -> Command {
    Command::CreateLink { terms: LinkTerms::default() }
}

#[test]
fn without_the_capability_a_command_is_not_offered_and_changes_nothing() {
    let phased = Phased::new(Rollout::of_nothing());
    let nobody = uuid::Uuid::nil();
    let named = Named {
        line: LineId::from_uuid(nobody),
        grant: GrantId::from_uuid(nobody),
        link: LinkId::from_uuid(nobody),
        suggestion: SuggestionId::from_uuid(nobody),
        own: SuggestionId::from_uuid(nobody),
        checkout: CheckoutId::from_uuid(nobody),
    };
    let mut needed = BTreeSet::new();
    for (name, command) in every_command(named) {
        let Some(capability) = Capability::of(&command) else { continue };
        needed.insert(capability);
        let before = phased.shop.stored(phased.cart).version();
        let refused = phased.ask(&command);
        assert!(is_not_offered(&refused), "{name}: {refused:?}");
        assert_eq!(phased.shop.stored(phased.cart).version(), before, "{name}");
        assert_eq!((phased.last().variant, phased.last().end), (Some(Variant::Off), WriteEnd::Rejected));
        phased.rollout.set(capability, 100);
        let allowed = phased.ask(&command);
        assert!(!is_not_offered(&allowed), "{name}: {allowed:?}");
        assert_eq!(phased.last().variant, Some(Variant::On), "{name}");
        phased.rollout.set(capability, 0);
    }
    assert_eq!(needed, Capability::ALL.into());
}

#[test]
fn what_needs_no_capability_is_not_asked_about() {
    let phased = Phased::new(Rollout::of_nothing());
    phased.ask(&add("cup", 1)).unwrap();
    assert_eq!(phased.last().variant, None);
}

#[test]
fn a_request_that_was_done_is_answered_again_after_the_capability_is_gone() {
    let phased = Phased::new(Rollout::of_everything());
    let once = || Caller::new(user_for("ann", "acme")).with_key(key("once"));
    phased.ask_as(once(), &link()).unwrap();
    phased.rollout.set(Capability::Links, 0);
    phased.ask_as(once(), &link()).unwrap();
    assert_eq!(phased.last().end, WriteEnd::Replayed);
    assert!(is_not_offered(&phased.ask(&link())));
}

#[test]
fn what_was_made_before_stays_and_can_be_taken_back() {
    let phased = Phased::new(Rollout::of_everything());
    let outcome = phased.shop.execute(user_for("ann", "acme"), &Target::Cart(phased.cart), &link()).unwrap();
    let (link, token) = (outcome.view.cart.links()[0].id, outcome.token.unwrap());
    phased.rollout.set(Capability::Links, 0);
    block_on(phased.shop.service.open_link(&token)).unwrap();
    phased.ask(&Command::RevokeLink { link }).unwrap();
    assert!(block_on(phased.shop.service.open_link(&token)).is_err());
}

#[test]
fn a_preview_is_refused_as_the_write_would_be() {
    let phased = Phased::new(Rollout::of_nothing());
    let preview = Caller::new(user_for("ann", "acme")).only_preview();
    assert!(is_not_offered(&phased.ask_as(preview, &link())));
}

#[test]
fn a_stranger_does_not_learn_from_it_whether_there_is_a_cart() {
    let phased = Phased::new(Rollout::of_nothing());
    let refused = phased.ask_as(Caller::new(user_for("bob", "acme")), &link());
    assert!(matches!(refused, Err(CartError::Rejected(Rejection::CartNotFound))), "{refused:?}");
}
