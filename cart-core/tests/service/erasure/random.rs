//! After anything that people may have done together, the one is gone and the others are not.

use std::collections::{BTreeMap, BTreeSet};

use cart_core::actor::{Actor, Owner};
use cart_core::cart::Cart;
use cart_core::checkout::Handoff;
use cart_core::command::{BatchMode, BeginCheckout, Command, LineEdit, MergeCarts};
use cart_core::event::CartEvent;
use cart_core::id::CartId;
use cart_core::journal::Entry;
use cart_core::merge::MergeStrategy;
use cart_core::pricing::Totals;
use cart_core::selection::Selection;
use cart_core::service::{Caller, Target};
use cart_core::sharing::{LinkToken, PermissionGroup};
use cart_core::status::Status;
use cart_core::testing::samples::{address_id, key, note, user_id};
use cart_core::testing::{Dice, block_on};

use super::{PEOPLE, actor, added, erase, firm, id_of, is_nowhere, linked, renamed, suggested, word, words};
use crate::shop::{Shop, shop as channel};

struct World {
    shop: Shop,
    dice: Dice,
    carts: Vec<CartId>,
    links: Vec<LinkToken>,
    words: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        Self { shop: firm(), dice: Dice::new(seed), carts: Vec::new(), links: Vec::new(), words: 0 }
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.dice.below(end as u64)).unwrap()
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let n = self.below(from.len());
        from.get(n).cloned()
    }

    /// Somebody does something, which may be refused.
    fn step(&mut self) {
        self.words += 1;
        let person = self.pick(&PEOPLE).unwrap();
        match self.below(16) {
            0 => self.carts.push(self.shop.create(actor(person)).unwrap().view.cart.id()),
            1 => self.merge(person),
            2 => self.suggest_by_link(),
            _ => self.ask(person),
        }
    }

    fn ask(&mut self, person: &str) {
        let carts = self.carts.clone();
        let Some(cart) = self.pick(&carts) else { return };
        let command = self.command(person, &self.shop.stored(cart));
        let caller = Caller::new(actor(person)).with_key(key(&format!("k{}", self.words)));
        if let Ok(done) = self.shop.execute(caller, &Target::Cart(cart), &command) {
            self.links.extend(done.token);
        }
    }

    fn command(&mut self, person: &str, cart: &Cart) -> Command {
        let n = self.words;
        let lines: Vec<_> = cart.lines().iter().map(|line| line.id).collect();
        let suggestions: Vec<_> = cart.suggestions().iter().map(|suggestion| suggestion.id).collect();
        let user = user_id(&id_of(self.pick(&PEOPLE).unwrap()));
        let (line, suggestion) = (self.pick(&lines), self.pick(&suggestions));
        let noted = Some(note(&word(person, n)));
        if let Some(checkout) = cart.current_checkout().map(|checkout| checkout.id) {
            // Nothing else goes on in the meantime.
            return Command::CancelCheckout { checkout };
        }
        match (self.below(17), line, suggestion) {
            (0, _, _) => renamed(person, n),
            (1, _, _) => Command::SetNote { note: noted },
            (2, _, _) => Command::SetMetadata { metadata: words(person, n) },
            (3, Some(line), _) => Command::Edit(LineEdit::SetNote { line, note: noted }),
            (4, Some(line), _) => Command::Edit(LineEdit::Remove { line }),
            (5 | 6, _, _) => Command::Share { user, group: PermissionGroup::FULL_ACCESS },
            (7, _, _) => Command::Transfer { user, keep: Some(PermissionGroup::FULL_ACCESS) },
            (8, _, _) => linked(person, n),
            (9, _, _) => suggested(person, n),
            (10, _, Some(suggestion)) => {
                Command::Accept { suggestions: vec![suggestion], mode: BatchMode::AllOrNothing }
            }
            (11, _, Some(suggestion)) => Command::Decline { suggestions: vec![suggestion] },
            (12 | 13, _, _) => Command::Undo,
            (14, _, _) => Command::Select { selection: Selection::Address(address_id(&word(person, 0))) },
            (15, _, _) => Command::BeginCheckout(BeginCheckout::whole(Handoff::Host)),
            (_, _, _) => added("mug", person, n),
        }
    }

    /// Somebody has begun as a guest.
    fn merge(&mut self, person: &str) {
        let theirs = |cart: &CartId| {
            let cart = self.shop.stored(*cart);
            Some(cart.owner()) == actor(person).owner().as_ref() && *cart.status() == Status::Active
        };
        let own: Vec<CartId> = self.carts.iter().copied().filter(theirs).collect();
        let Some(into) = self.pick(&own) else { return };
        let token = self.shop.service.new_guest();
        let from = self.shop.create(Actor::Guest(token.clone())).unwrap().view.cart.id();
        let command = added("mug", person, self.words);
        self.shop.execute(Actor::Guest(token.clone()), &Target::Cart(from), &command).unwrap();
        let merge = MergeCarts { from: Some(from), into: Some(into), strategy: MergeStrategy::Sum };
        let (caller, channel) = (Caller::new(actor(person)), channel());
        block_on(self.shop.service.merge(&caller, &token, &channel, &merge)).unwrap();
    }

    fn suggest_by_link(&mut self) {
        let links = self.links.clone();
        let Some(token) = self.pick(&links) else { return };
        let command = suggested("bearer", self.words);
        let _ = self.shop.execute(Actor::LinkBearer(token), &Target::Linked, &command);
    }

    fn totals(&self) -> Vec<Totals> {
        let support = Actor::Staff(user_id("support"));
        let read = |cart: &CartId| self.shop.read(&support, &Target::Cart(*cart)).unwrap();
        self.carts.iter().map(|cart| read(cart).priced.totals).collect()
    }
}

/// The carts that were never Ann's.
fn never_anns(journal: &[Entry]) -> BTreeSet<CartId> {
    let is_ann = |owner: &Owner| Some(owner) == actor("ann").owner().as_ref();
    let is_anns = |entry: &&Entry| {
        entry.events.iter().any(|event| {
            matches!(event, CartEvent::Created(created) if is_ann(&created.owner))
                || matches!(event, CartEvent::OwnerChanged { owner } if is_ann(owner))
        })
    };
    let anns: BTreeSet<CartId> = journal.iter().filter(is_anns).map(|entry| entry.cart).collect();
    journal.iter().map(|entry| entry.cart).filter(|cart| !anns.contains(cart)).collect()
}

/// How often each word that is not Ann's is in some carts.
fn words_of_others(journal: &[Entry], carts: &BTreeSet<CartId>) -> BTreeMap<String, usize> {
    let entries: Vec<&Entry> = journal.iter().filter(|entry| carts.contains(&entry.cart)).collect();
    let mut found = BTreeMap::new();
    for rest in serde_json::to_string(&entries).unwrap().split("canary-").skip(1) {
        let word = rest.split('.').next().unwrap_or_default();
        if !word.starts_with("ann") {
            *found.entry(word.to_owned()).or_default() += 1;
        }
    }
    found
}

#[test]
fn after_anything_the_one_is_gone_and_the_others_are_not() {
    let (mut concerned, mut others) = (0, 0);
    for seed in 0..40 {
        let mut world = World::new(seed);
        (0..100).for_each(|_| world.step());
        let (journal, totals) = (world.shop.journal(), world.totals());
        concerned += erase(&world.shop, "ann");
        is_nowhere(&world.shop, "ann");
        let after = world.shop.journal();
        assert_eq!(world.totals(), totals, "seed {seed}");
        let place = |entry: &Entry| (entry.cart, entry.version, entry.at, entry.request.key.clone());
        assert!(after.iter().map(place).eq(journal.iter().map(place)), "seed {seed}");
        let carts = never_anns(&journal);
        let words = words_of_others(&journal, &carts);
        assert_eq!(words_of_others(&after, &carts), words, "seed {seed}");
        others += words.len();
        assert_eq!(erase(&world.shop, "ann"), 0, "seed {seed}");
    }
    assert!(concerned > 100 && others > 100, "{concerned} carts, {others} words of others");
}
