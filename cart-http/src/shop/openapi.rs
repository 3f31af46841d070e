//! The description of this surface.

use axum::http::StatusCode;
use cart_core::coupon::CouponCode;
use cart_core::id::{LineId, PromotionId};
use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::answer::AnswerBody;
use super::answer::cart::CartBody;
use super::bodies::{AddItem, Batch, ChangeItem, ChooseCurrency, Nothing, Units};
use crate::choices::{ChooseAddress, ChoosePaymentMethod, ChooseShippingMethod, EnterCode};
use crate::explanation::ExplanationBody;
use crate::openapi::codes::{ADD, CHOICE, COUPON, ITEM, MAKE, QUANTITY, READ, REMOVE};
use crate::openapi::{Answer, Description, Form, Header, Surface};
use crate::problem::ProblemCode as Code;
use crate::write::Parameters;

const CART: &str = "/api/shop/cart";
const SAYS: &str = "The cart of a shop: each signed-in user has one, made by the first add.";

/// The surface of [`shop`](crate::shop).
pub fn describe() -> Description {
    let mut shop = Surface::new("shop", SAYS, Form::PROBLEM);
    shop.in_path::<LineId>("id");
    shop.in_path::<CouponCode>("code");
    shop.in_path::<PromotionId>("promotion_id");
    let preview = shop.query::<Parameters>();
    let answer = Answers { cart: shop.shown::<AnswerBody<'static>>() };
    the_cart(&mut shop, &answer, &preview);
    items(&mut shop, &answer, &preview);
    offers(&mut shop, &answer, &preview);
    choices(&mut shop, &answer, &preview);
    prices(&mut shop, &answer, &preview);
    shop.described()
}

/// The cart as problems have it that name a version.
pub(crate) fn current(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<CartBody<'static>>().to_value()
}

/// What is answered.
struct Answers {
    cart: Value,
}

impl Answers {
    fn shown(&self) -> Answer {
        linked(Answer::json(StatusCode::OK, "The cart.", &self.cart).headers(&[Header::ETag]))
    }

    fn changed(&self) -> Answer {
        let says = "The cart after it, or as it would be.";
        linked(Answer::json(StatusCode::OK, says, &self.cart).headers(&[Header::ETag, Header::Replayed]))
    }
}

/// An answer that shows an item leads to what can be done with it.
fn linked(answer: Answer) -> Answer {
    let item = [("id", "$response.body#/items/0/id")];
    let answer = answer.link("shop_change_item", &item).link("shop_remove_item", &item);
    answer.link("shop_increase_item", &item).link("shop_decrease_item", &item)
}

fn the_cart(shop: &mut Surface, answer: &Answers, preview: &Value) {
    let nothing = shop.sent::<Nothing>();
    let shown =
        shop.get(CART, "show_cart", "Shows the caller's cart with prices of now").answers(answer.shown());
    shop.add(shown.refuses(READ));
    let clear = shop.write("delete", CART, "clear_cart", "Removes all items").query(preview);
    shop.add(clear.may_take(&nothing, json!({})).answers(answer.changed()));
}

fn items(shop: &mut Surface, answer: &Answers, preview: &Value) {
    let (path, one) = (format!("{CART}/items"), format!("{CART}/items/{{id}}"));
    let body = shop.sent::<AddItem>();
    let add = shop.write("post", &path, "add_item", "Adds units of a product").query(preview);
    let add = add.takes(&body, json!({"product_id": "sun-hat", "quantity": 2, "note": "As a gift"}));
    shop.add(add.answers(answer.changed()).refuses(ADD).refuses(QUANTITY).refuses(MAKE));
    let body = shop.sent::<ChangeItem>();
    let change =
        shop.write("patch", &one, "change_item", "Changes quantity or note of an item").query(preview);
    let change = change.takes(&body, json!({"quantity": 3, "note": null})).answers(answer.changed());
    shop.add(change.refuses(ITEM).refuses(QUANTITY).refuses(&[Code::NothingToDo]));
    let nothing = shop.sent::<Nothing>();
    let remove = shop.write("delete", &one, "remove_item", "Removes an item").query(preview);
    shop.add(remove.may_take(&nothing, json!({})).answers(answer.changed()).refuses(REMOVE));
    let units = shop.sent::<Units>();
    for (name, summary) in [("increase", "Adds units to an item"), ("decrease", "Takes units off an item")] {
        let path = format!("{one}/{name}");
        let change = shop.write("post", &path, &format!("{name}_item"), summary).query(preview);
        let change = change.may_take(&units, json!({"by": 2})).answers(answer.changed());
        shop.add(change.refuses(ITEM).refuses(QUANTITY));
    }
    batch(shop, answer, preview);
}

fn batch(shop: &mut Surface, answer: &Answers, preview: &Value) {
    let body = shop.sent::<Batch>();
    let batch =
        shop.write("post", &format!("{CART}/items/batch"), "edit_items", "Makes several edits in one write");
    let batch = batch.query(preview).takes(
        &body,
        json!({"mode": "per_line", "edits": [{"op": "add", "product_id": "sun-hat"}, {"op": "add", "product_id": "beach-towel"}]}),
    );
    let batch = batch.answers(answer.changed()).refuses(ADD).refuses(QUANTITY).refuses(REMOVE).refuses(MAKE);
    shop.add(batch.refuses(&[Code::TooManyEdits, Code::NothingToDo]));
}

fn offers(shop: &mut Surface, answer: &Answers, preview: &Value) {
    let (body, nothing) = (shop.sent::<EnterCode>(), shop.sent::<Nothing>());
    let path = format!("{CART}/coupons");
    let add = shop.write("post", &path, "add_coupon", "Puts a coupon code on the cart").query(preview);
    shop.add(add.takes(&body, json!({"code": "SUMMER10"})).answers(answer.changed()).refuses(COUPON));
    let path = format!("{CART}/coupons/{{code}}");
    let remove = shop.write("delete", &path, "remove_coupon", "Takes a coupon code off").query(preview);
    shop.add(remove.may_take(&nothing, json!({})).answers(answer.changed()));
    let path = format!("{CART}/gifts/{{promotion_id}}");
    let accept = shop.write("put", &path, "accept_gift", "Accepts what a promotion gives").query(preview);
    let refuse = shop.write("delete", &path, "refuse_gift", "Refuses what a promotion gives").query(preview);
    for gift in [accept, refuse] {
        let gift = gift.may_take(&nothing, json!({})).answers(answer.changed());
        shop.add(gift.refuses(&[Code::GiftNotFound]));
    }
}

fn choices(shop: &mut Surface, answer: &Answers, preview: &Value) {
    let nothing = shop.sent::<Nothing>();
    let bodies = [
        ("address", shop.sent::<ChooseAddress>(), json!({"address_id": "home"})),
        ("shipping-method", shop.sent::<ChooseShippingMethod>(), json!({"shipping_method_id": "standard"})),
        ("payment-method", shop.sent::<ChoosePaymentMethod>(), json!({"payment_method_id": "card"})),
    ];
    for (what, body, example) in bodies {
        let (path, name) = (format!("{CART}/{what}"), what.replace('-', "_"));
        let choose = shop.write("put", &path, &format!("select_{name}"), "Makes a choice").query(preview);
        shop.add(choose.takes(&body, example).answers(answer.changed()).refuses(CHOICE));
        let take_back = shop.write("delete", &path, &format!("unselect_{name}"), "Takes the choice back");
        shop.add(take_back.query(preview).may_take(&nothing, json!({})).answers(answer.changed()));
    }
}

fn prices(shop: &mut Surface, answer: &Answers, preview: &Value) {
    let (body, nothing) = (shop.sent::<ChooseCurrency>(), shop.sent::<Nothing>());
    let path = format!("{CART}/currency");
    let change =
        shop.write("put", &path, "change_currency", "Prices the cart in another currency").query(preview);
    let change = change.takes(&body, json!({"currency": "EUR"})).answers(answer.changed());
    shop.add(change.refuses(&[Code::NoPriceInCurrency]));
    let path = format!("{CART}/prices/acknowledge");
    let acknowledge = shop.write("post", &path, "acknowledge_prices", "Takes note of changed prices");
    shop.add(acknowledge.query(preview).may_take(&nothing, json!({})).answers(answer.changed()));
    let explanation = shop.shown::<ExplanationBody<'static>>();
    let path = format!("{CART}/explanation");
    let explain = shop.get(&path, "explain_cart", "Says why the cart costs what it costs");
    let says = "The steps that make the total, in the order of work.";
    shop.add(explain.answers(Answer::json(StatusCode::OK, says, &explanation)).refuses(READ));
}
