//! The description of this surface.

use axum::http::StatusCode;
use cart_core::coupon::CouponCode;
use cart_core::id::{
    AddressId, CartId, LineId, LinkId, PaymentMethodId, ProductId, PromotionId, ShippingMethodId,
    SuggestionId,
};
use cart_core::money::Currency;
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::status::StatusName;
use cart_core::text::{CartName, Note};
use cart_core::version::Version;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::answer::{
    CreatedBody, ItemAddedBody, LinkMadeBody, LinkTermsBody, LinksBody, SharedBody, SuggestionBody,
    SuggestionsBody,
};
use super::bodies::{
    Accept, AddItem, ChangeLink, Create, Decline, NewLink, Nothing, Order, Rename, SetQuantity, Suggest,
};
use super::ordering::OrderBody;
use super::own_answer::{CartBody, CartsBody};
use super::{own, past};
use crate::change::schema::Change;
use crate::choices::{ChooseAddress, ChoosePaymentMethod, ChooseShippingMethod, EnterCode};
use crate::edits::ResultBody;
use crate::explanation::ExplanationBody;
use crate::live::resume;
use crate::openapi::codes::{ADD, CHECKOUT, CHOICE, COUPON, ITEM, MAKE, ORDER, QUANTITY, READ, REMOVE};
use crate::openapi::{Answer, Asks, Description, Form, Header, Operation, Surface, object, parameter};
use crate::problem::ProblemCode as Code;
use crate::write::Parameters;

const SAYS: &str = "Carts that are shared by link, with suggestions, live updates, history and undo; and a shopper's own carts.";
const CART: &str = "/api/cart/{cart_id}";

/// What all operations share.
struct Parts {
    preview: Value,
    nothing: Value,
}

/// The surface of [`shared`](crate::shared).
pub fn describe() -> Description {
    let mut shared = Surface::new("shared", SAYS, Form::PROBLEM);
    shared.in_path::<CartId>("cart_id");
    shared.in_path::<LineId>("item_id");
    shared.in_path::<LinkId>("link_id");
    shared.in_path::<SuggestionId>("suggestion_id");
    shared.in_path::<CouponCode>("code");
    shared.in_path::<PromotionId>("promotion_id");
    shared.in_path::<Version>("version");
    shared.names("token", json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}));
    let parts = Parts { preview: shared.query::<Parameters>(), nothing: shared.sent::<Nothing>() };
    carts(&mut shared, &parts);
    items(&mut shared, &parts);
    choices(&mut shared, &parts);
    offers(&mut shared, &parts);
    orders(&mut shared, &parts);
    links(&mut shared, &parts);
    suggestions(&mut shared, &parts);
    opened(&mut shared, &parts, "/api/cart/shared/{token}", "", Asks::Anybody);
    opened(&mut shared, &parts, "/api/cart/shared", "_by_header", Asks::Bearer);
    events(&mut shared);
    the_past(&mut shared, &parts);
    shared.described()
}

fn ok(says: &'static str, schema: &Value) -> Answer {
    Answer::json(StatusCode::OK, says, schema)
}

fn written(answer: Answer) -> Answer {
    answer.headers(&[Header::ETag, Header::Replayed])
}

/// What ends something has nothing more to say.
fn gone() -> Answer {
    written(Answer::empty(StatusCode::NO_CONTENT, "It is no more."))
}

fn word(said: &str) -> Value {
    object(json!({"status": {"const": said}}))
}

impl Parts {
    /// A write to a path below a cart.
    fn write(
        &self,
        shared: &Surface,
        method: &'static str,
        path: &str,
        name: &str,
        summary: &'static str,
    ) -> Operation {
        shared.write(method, path, name, summary).query(&self.preview)
    }

    /// A write without anything to say.
    fn bare(
        &self,
        shared: &Surface,
        method: &'static str,
        path: &str,
        name: &str,
        summary: &'static str,
    ) -> Operation {
        self.write(shared, method, path, name, summary).may_take(&self.nothing, json!({}))
    }
}

fn carts(shared: &mut Surface, parts: &Parts) {
    let (body, created) = (shared.sent::<Create>(), shared.shown::<CreatedBody>());
    let create = parts.write(shared, "post", "/api/cart/create", "create_cart", "Makes a cart");
    let made = Answer::json(StatusCode::CREATED, "The cart was made.", &created);
    let cart = [("cart_id", "$response.body#/cart_id")];
    let made = ["show_cart", "add_item", "share_cart", "suggest", "show_history", "list_links"]
        .iter()
        .fold(written(made), |made, name| made.link(&format!("shared_{name}"), &cart));
    shared.add(create.may_take(&body, json!({"cart_name": "Groceries"})).answers(made).refuses(MAKE));
    let (query, list) = (shared.query::<own::Part>(), shared.shown::<CartsBody>());
    let carts = shared
        .get("/api/cart/list", "list_carts", "Lists the caller's own carts, newest first")
        .query(&query);
    shared.add(carts.answers(ok("A part of the list.", &list)).refuses(&[Code::BadCursor, Code::NotOffered]));
    let cart = shared.shown::<CartBody<'static>>();
    let show = shared.get(CART, "show_cart", "Shows the whole cart, with what it costs");
    shared.add(show.answers(whole(&cart)).refuses(READ));
    let body = shared.sent::<Rename>();
    let rename = parts.write(shared, "patch", CART, "rename_cart", "Renames the cart");
    shared.add(rename.takes(&body, json!({"cart_name": "Party"})).answers(written(ok("The cart.", &cart))));
    let remove = parts.bare(shared, "delete", CART, "remove_cart", "Gives the cart up");
    shared.add(remove.answers(gone()));
    let explanation = shared.shown::<ExplanationBody<'static>>();
    let explain =
        shared.get(&format!("{CART}/explanation"), "explain_cart", "Says why the cart costs what it costs");
    shared.add(explain.answers(ok("The steps that make the total.", &explanation)).refuses(READ));
}

/// A cart that leads to its items.
fn whole(cart: &Value) -> Answer {
    let item =
        [("cart_id", "$response.body#/cart/cart_id"), ("item_id", "$response.body#/cart/items/0/item_id")];
    let answer = ok("The cart.", cart).headers(&[Header::ETag]);
    answer.link("shared_set_quantity", &item).link("shared_remove_item", &item)
}

fn items(shared: &mut Surface, parts: &Parts) {
    let (body, added) = (shared.sent::<AddItem>(), shared.shown::<ItemAddedBody>());
    let add = parts.write(shared, "post", &format!("{CART}/add-item"), "add_item", "Adds units of a product");
    let add = add.takes(&body, json!({"product_id": "sun-hat", "quantity": 2}));
    let item = [("cart_id", "$request.path.cart_id"), ("item_id", "$response.body#/item_id")];
    let cart = [("cart_id", "$request.path.cart_id")];
    let answer = written(ok("It was added.", &added)).link("shared_set_quantity", &item);
    let answer =
        answer.link("shared_remove_item", &item).link("shared_undo", &cart).link("shared_checkout", &cart);
    shared.add(add.answers(answer).refuses(ADD).refuses(QUANTITY));
    let (one, body) = (format!("{CART}/items/{{item_id}}"), shared.sent::<SetQuantity>());
    let cart = shared.shown::<CartBody<'static>>();
    let set = parts.write(shared, "patch", &one, "set_quantity", "Changes how many units an item has");
    let set = set.takes(&body, json!({"quantity": 3})).answers(written(ok("The cart.", &cart)));
    shared.add(set.refuses(ITEM).refuses(QUANTITY));
    let remove = parts.bare(shared, "delete", &one, "remove_item", "Removes an item");
    shared.add(remove.answers(written(ok("It was removed.", &word("item removed")))).refuses(REMOVE));
}

fn choices(shared: &mut Surface, parts: &Parts) {
    let cart = shared.shown::<CartBody<'static>>();
    let bodies = [
        ("address", shared.sent::<ChooseAddress>(), json!({"address_id": "home"})),
        ("shipping-method", shared.sent::<ChooseShippingMethod>(), json!({"shipping_method_id": "standard"})),
        ("payment-method", shared.sent::<ChoosePaymentMethod>(), json!({"payment_method_id": "card"})),
    ];
    for (what, body, example) in bodies {
        let (path, name) = (format!("{CART}/{what}"), what.replace('-', "_"));
        let choose = parts.write(shared, "put", &path, &format!("select_{name}"), "Makes a choice");
        let answer = || written(ok("The cart.", &cart));
        shared.add(choose.takes(&body, example).answers(answer()).refuses(CHOICE));
        let take_back =
            parts.bare(shared, "delete", &path, &format!("unselect_{name}"), "Takes the choice back");
        shared.add(take_back.answers(answer()));
    }
}

fn offers(shared: &mut Surface, parts: &Parts) {
    let (cart, body) = (shared.shown::<CartBody<'static>>(), shared.sent::<EnterCode>());
    let answer = || written(ok("The cart.", &cart));
    let path = format!("{CART}/coupons");
    let add = parts.write(shared, "post", &path, "add_coupon", "Puts a coupon code on the cart");
    shared.add(add.takes(&body, json!({"code": "SUMMER10"})).answers(answer()).refuses(COUPON));
    let remove =
        parts.bare(shared, "delete", &format!("{path}/{{code}}"), "remove_coupon", "Takes a coupon code off");
    shared.add(remove.answers(answer()));
    let path = format!("{CART}/gifts/{{promotion_id}}");
    let accept = parts.bare(shared, "put", &path, "accept_gift", "Accepts what a promotion gives");
    let refuse = parts.bare(shared, "delete", &path, "refuse_gift", "Refuses what a promotion gives");
    for gift in [accept, refuse] {
        shared.add(gift.answers(answer()).refuses(&[Code::GiftNotFound]));
    }
    let path = format!("{CART}/prices/acknowledge");
    let acknowledge = parts.bare(shared, "post", &path, "acknowledge_prices", "Takes note of changed prices");
    shared.add(acknowledge.answers(answer()));
}

fn orders(shared: &mut Surface, parts: &Parts) {
    let (path, order, body) =
        (format!("{CART}/checkout"), shared.shown::<OrderBody<'static>>(), shared.sent::<Order>());
    let begin = parts.write(shared, "post", &path, "checkout", "Orders the cart, or some of it");
    let begin = begin.may_take(
        &body,
        json!({"address_id": "home", "shipping_method_id": "standard", "payment_method_id": "card"}),
    );
    let waits = Answer::json(StatusCode::ACCEPTED, "The order waits.", &order);
    let cart = [("cart_id", "$request.path.cart_id")];
    let waits = waits.link("shared_show_order", &cart).link("shared_cancel_order", &cart);
    let begin = begin
        .answers(ok("It is ordered; or what would be, for a preview.", &order).headers(&[Header::Replayed]));
    let begin = begin.answers(waits.headers(&[Header::Replayed, Header::RetryAfter]));
    shared.add(begin.refuses(ORDER).refuses(QUANTITY));
    let show = shared.get(&path, "show_order", "Says where the order stands");
    shared.add(show.answers(ok("The order.", &order)).refuses(READ).refuses(&[Code::CheckoutNotFound]));
    let path = format!("{path}/cancel");
    let cancel =
        shared.write("post", &path, "cancel_order", "Gives the order up, as long as nothing was paid");
    let cancel = cancel
        .may_take(&parts.nothing, json!({}))
        .answers(ok("The order.", &order).headers(&[Header::Replayed]));
    shared.add(cancel.refuses(CHECKOUT));
}

fn links(shared: &mut Surface, parts: &Parts) {
    let (made, terms) = (shared.shown::<LinkMadeBody<'static>>(), shared.shown::<LinkTermsBody<'static>>());
    let body = shared.sent::<NewLink>();
    let share = parts.write(shared, "post", &format!("{CART}/share"), "share_cart", "Makes a link");
    let answer = Answer::json(StatusCode::CREATED, "The link, which is shown only here.", &made);
    let link = [("cart_id", "$request.path.cart_id"), ("link_id", "$response.body#/link_id")];
    let answer = ["change_link", "rotate_link", "revoke_link"]
        .iter()
        .fold(written(answer), |answer, name| answer.link(&format!("shared_{name}"), &link));
    let share =
        share.may_take(&body, json!({"label": "For the family", "may_suggest": true})).answers(answer);
    shared.add(share.refuses(&[Code::LinkTerms, Code::TooManyLinks]));
    let list = shared.shown::<LinksBody<'static>>();
    let show = shared.get(&format!("{CART}/links"), "list_links", "Lists the links, without their tokens");
    shared.add(show.answers(ok("The links.", &list)).refuses(READ));
    let (one, body) = (format!("{CART}/links/{{link_id}}"), shared.sent::<ChangeLink>());
    let change = parts.write(shared, "patch", &one, "change_link", "Changes a link");
    let change = change.takes(&body, json!({"may_suggest": false})).answers(written(ok("The link.", &terms)));
    shared.add(change.refuses(&[Code::LinkNotFound, Code::LinkTerms, Code::NothingToDo]));
    let rotate =
        parts.bare(shared, "post", &format!("{one}/rotate"), "rotate_link", "Gives a link another token");
    shared
        .add(rotate.answers(written(ok("The link, with its token.", &made))).refuses(&[Code::LinkNotFound]));
    let revoke = parts.bare(shared, "delete", &one, "revoke_link", "Ends a link");
    shared.add(revoke.answers(gone()).refuses(&[Code::LinkNotFound]));
}

const SUGGEST: [Code; 5] = [
    Code::TooManySuggestions,
    Code::SuggestionsUsedUp,
    Code::LineNotFound,
    Code::SuggestionNotFound,
    Code::NothingToDo,
];

fn suggestions(shared: &mut Surface, parts: &Parts) {
    let (path, list) = (format!("{CART}/suggestions"), shared.shown::<SuggestionsBody<'static>>());
    let show = shared.get(&path, "list_suggestions", "Lists the suggestions that wait");
    shared.add(show.answers(ok("The suggestions.", &list).headers(&[Header::ETag])).refuses(READ));
    let suggest = parts.write(shared, "post", &path, "suggest", "Suggests a change");
    let names = [("cart_id", "$request.path.cart_id"), ("suggestion_id", "$response.body#/suggestion_id")];
    let made = |answer: Answer| written(answer).link("shared_withdraw", &names);
    let suggest = suggested(shared, suggest, made);
    shared.add(suggest.refuses(&[Code::NotOffered]));
    let withdraw = parts.bare(
        shared,
        "delete",
        &format!("{path}/{{suggestion_id}}"),
        "withdraw",
        "Takes an own suggestion back",
    );
    shared.add(withdraw.answers(gone()).refuses(&[Code::SuggestionNotFound]));
    let (body, results) = (shared.sent::<Accept>(), shared.shown::<ResultBody<'static>>());
    let done = object(json!({"status": {"const": "done"}, "results": {"type": "array", "items": results}}));
    let accept = parts.write(
        shared,
        "post",
        &format!("{path}/accept"),
        "accept",
        "Makes the changes that were suggested",
    );
    let ids = json!({"suggestion_ids": ["0198c1d2-7d3e-7a3b-8c55-0a6d1a1f9a10"]});
    let accept = accept.takes(&body, ids.clone()).answers(written(ok("What became of each.", &done)));
    let accept = accept.refuses(ADD).refuses(QUANTITY).refuses(REMOVE).refuses(&SUGGEST);
    shared.add(accept.refuses(&[Code::SuggestionStale, Code::TooManyEdits]));
    let body = shared.sent::<Decline>();
    let decline =
        parts.write(shared, "post", &format!("{path}/decline"), "decline", "Turns suggestions down");
    let decline = decline.takes(&body, ids).answers(written(ok("They were turned down.", &word("declined"))));
    shared.add(decline.refuses(&SUGGEST).refuses(&[Code::TooManyEdits]));
}

fn suggested(shared: &mut Surface, operation: Operation, made: impl Fn(Answer) -> Answer) -> Operation {
    let (body, suggestion) = (shared.sent::<Suggest>(), shared.shown::<SuggestionBody<'static>>());
    let waits = ok("The same waits already.", &suggestion);
    let new = Answer::json(StatusCode::CREATED, "The suggestion.", &suggestion);
    let operation = operation
        .takes(&body, json!({"op": "add", "product_id": "sun-hat", "quantity": 1, "comment": "This one?"}));
    operation.answers(made(waits)).answers(made(new)).refuses(ADD).refuses(QUANTITY).refuses(&SUGGEST)
}

fn opened(shared: &mut Surface, parts: &Parts, path: &str, suffix: &str, asks: Asks) {
    let (cart, name) = (shared.shown::<SharedBody<'static>>(), |name: &str| format!("{name}{suffix}"));
    let open =
        shared.get(path, &name("open_link"), "Shows what the link shows; counts an opening").asked_by(asks);
    shared.add(
        open.answers(ok("The cart as the link shows it.", &cart).headers(&[Header::ETag])).refuses(READ),
    );
    let path = format!("{path}/suggestions");
    let suggest = parts.write(
        shared,
        "post",
        &path,
        &name("suggest_by_link"),
        "Suggests a change, if the link allows it",
    );
    let suggest = suggested(shared, suggest.asked_by(asks), written);
    shared.add(suggest.refuses(&[Code::Forbidden]));
    let path = format!("{path}/{{suggestion_id}}");
    let withdraw = parts.bare(
        shared,
        "delete",
        &path,
        &name("withdraw_by_link"),
        "Takes back what was suggested with the link",
    );
    let withdraw = withdraw.asked_by(asks).answers(gone());
    shared.add(withdraw.refuses(&[Code::SuggestionNotFound, Code::Forbidden]));
}

fn events(shared: &mut Surface) {
    let query = shared.query::<resume::Parameters>();
    let stream =
        json!({"type": "string", "description": "Events `ready`, `change`, `resync`, `presence` and `end`."});
    for (path, name, asks) in [
        (CART, "watch_cart", Asks::Known),
        ("/api/cart/shared/{token}", "watch_link", Asks::Anybody),
        ("/api/cart/shared", "watch_link_by_header", Asks::Bearer),
    ] {
        let watch = shared.get(
            &format!("{path}/events"),
            name,
            "Tells what happens to the cart, as server-sent events",
        );
        let answer = Answer::with(StatusCode::OK, "A stream.", "text/event-stream", &stream);
        let watch = watch.asked_by(asks).query(&query).parameter(parameter("Last-Event-ID")).answers(answer);
        shared.add(watch.refuses(READ).refuses(&[Code::TooManyStreams, Code::MalformedHeader]));
    }
}

fn the_past(shared: &mut Surface, parts: &Parts) {
    let (query, change) = (shared.query::<past::Part>(), shared.shown::<Change>());
    let version = shared.shown::<Version>();
    let page = object(json!({
        "changes": {"type": "array", "items": change},
        "next_before": {"anyOf": [version, {"type": "null"}]},
    }));
    let history = shared.get(
        &format!("{CART}/history"),
        "show_history",
        "Says who did what and when, the newest first",
    );
    shared.add(history.query(&query).answers(ok("A part of the history.", &page)).refuses(READ));
    let past = past_cart(shared);
    let show = shared.get(
        &format!("{CART}/versions/{{version}}"),
        "show_version",
        "Shows the cart as a version was",
    );
    shared.add(
        show.answers(ok("What was in the cart.", &past)).refuses(READ).refuses(&[Code::VersionNotFound]),
    );
    let undo = parts.bare(
        shared,
        "post",
        &format!("{CART}/undo"),
        "undo",
        "Undoes the last change of what is in the cart",
    );
    let undo = undo.answers(written(ok("It was undone.", &word("undone")))).refuses(&[Code::NothingToUndo]);
    shared.add(undo.refuses(ADD).refuses(QUANTITY).refuses(REMOVE));
}

fn past_cart(shared: &mut Surface) -> Value {
    let or_null = |schema: Value| json!({"anyOf": [schema, {"type": "null"}]});
    let note = shared.shown::<Option<Note>>();
    let item = object(json!({
        "item_id": shared.shown::<LineId>(),
        "product_id": shared.shown::<ProductId>(),
        "options": shared.shown::<Options>(),
        "quantity": shared.shown::<Quantity>(),
        "note": note,
        "added_at": shared.shown::<DateTime<Utc>>(),
    }));
    object(json!({
        "cart_id": shared.shown::<CartId>(),
        "version": shared.shown::<Version>(),
        "status": shared.shown::<StatusName>(),
        "cart_name": or_null(shared.shown::<CartName>()),
        "note": note,
        "currency": shared.shown::<Currency>(),
        "items": {"type": "array", "items": item},
        "coupons": {"type": "array", "items": shared.shown::<CouponCode>()},
        "address_id": or_null(shared.shown::<AddressId>()),
        "shipping_method_id": or_null(shared.shown::<ShippingMethodId>()),
        "payment_method_id": or_null(shared.shown::<PaymentMethodId>()),
        "updated_at": shared.shown::<DateTime<Utc>>(),
    }))
}
