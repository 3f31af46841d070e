//! The description of this surface.

use axum::http::StatusCode;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::bodies::{AddItem, Create, Nothing, Order};
use super::cart::CartBody;
use super::codes::{INVALID_CARD_ID, INVALID_ITEM, Row};
use super::details::camel_case;
use super::ids::schemas::{CartId, CheckoutId, ItemId};
use super::order::CheckoutBody;
use super::refusal;
use crate::openapi::codes::{ADD, MAKE, ORDER, QUANTITY, READ, REMOVE};
use crate::openapi::{Answer, Description, Form, Header, Renaming, Surface, members, object, saying, with};
use crate::problem::ProblemCode as Code;

const SAYS: &str = "Carts of guests and customers, found by their id and ordered where they are.";
const CARTS: &str = "/api/v1/carts";

const FORM: Form = Form {
    name: "TelecomError",
    media: "application/json",
    status: |code| Row::of(code).status,
    schema: error,
    narrowed: |status, codes| {
        let codes: std::collections::BTreeSet<_> = codes.iter().map(|code| Row::of(*code).code).collect();
        // The nearest of the document's codes; some rows stand for others in their places.
        let of_items =
            (status == StatusCode::BAD_REQUEST).then_some([INVALID_ITEM.code, INVALID_CARD_ID.code]);
        let foremost =
            (status == StatusCode::CONFLICT).then_some(["INVENTORY_UNAVAILABLE", "INCOMPATIBLE_ITEMS"]);
        let all: Vec<_> = codes.into_iter().chain(of_items.into_iter().chain(foremost).flatten()).collect();
        let all: std::collections::BTreeSet<_> = all.into_iter().collect();
        json!({"properties": {"error": {"properties": {"code": {"enum": all}}}}})
    },
    example: |problem, _| refusal::example(problem),
    is_guards: true,
};

/// The surface of [`telecom`](crate::telecom).
pub fn describe() -> Description {
    let mut telecom = Surface::new("telecom", SAYS, FORM).keyed_by("X-Idempotency-Key");
    telecom.in_path::<CartId>("cart_id");
    telecom.in_path::<ItemId>("item_id");
    telecom.in_path::<CheckoutId>("checkout_id");
    let cart = telecom.shown::<CartBody<'static>>();
    carts(&mut telecom, &cart);
    items(&mut telecom, &cart);
    orders(&mut telecom);
    telecom.described()
}

fn ok(says: &'static str, schema: &Value) -> Answer {
    Answer::json(StatusCode::OK, says, schema)
}

fn carts(telecom: &mut Surface, cart: &Value) {
    let body = telecom.sent::<Create>();
    let create = telecom.write("post", CARTS, "create_cart", "Makes a cart");
    let id = [("cart_id", "$response.body#/id")];
    let made =
        Answer::json(StatusCode::CREATED, "The cart.", cart).headers(&[Header::ETag, Header::Replayed]);
    let made =
        made.link("telecom_show_cart", &id).link("telecom_add_item", &id).link("telecom_checkout", &id);
    let create = create.may_take(&body, json!({"metadata": {"source": "web"}})).answers(made);
    telecom.add(create.refuses(MAKE));
    let show = telecom.get(&format!("{CARTS}/{{cart_id}}"), "show_cart", "Shows the cart, priced now");
    telecom.add(show.answers(ok("The cart.", cart).headers(&[Header::ETag])).refuses(READ));
}

fn items(telecom: &mut Surface, cart: &Value) {
    let (body, nothing) = (telecom.sent::<AddItem>(), telecom.sent::<Nothing>());
    let path = format!("{CARTS}/{{cart_id}}/items");
    let add = telecom.write("post", &path, "add_item", "Adds units of a product");
    let add = add.takes(
        &body,
        json!({"productId": "plan-unlimited", "quantity": 1, "metadata": {"planType": "postpaid"}}),
    );
    let item = [("cart_id", "$response.body#/id"), ("item_id", "$response.body#/items/0/id")];
    let written = || ok("The cart.", cart).headers(&[Header::ETag, Header::Replayed]);
    let answer = written().link("telecom_remove_item", &item);
    let answer = answer.link("telecom_checkout", &[("cart_id", "$response.body#/id")]);
    telecom.add(add.answers(answer).refuses(ADD).refuses(QUANTITY));
    let remove = telecom.write("delete", &format!("{path}/{{item_id}}"), "remove_item", "Removes an item");
    telecom.add(remove.may_take(&nothing, json!({})).answers(written()).refuses(REMOVE));
}

fn orders(telecom: &mut Surface) {
    let (body, order) = (telecom.sent::<Order>(), telecom.shown::<CheckoutBody<'static>>());
    let path = format!("{CARTS}/{{cart_id}}/checkout");
    let begin = telecom.write("post", &path, "checkout", "Orders the cart");
    let begin = begin.takes(
        &body,
        json!({"customerId": "ann", "paymentMethodId": "card", "shippingAddress": {"addressId": "home"}}),
    );
    let ids = [("cart_id", "$response.body#/cart/id"), ("checkout_id", "$response.body#/checkoutId")];
    let answer =
        || ok("The order, confirmed or pending.", &order).headers(&[Header::Replayed, Header::RetryAfter]);
    let begin = begin.answers(answer().link("telecom_show_checkout", &ids)).refuses(ORDER).refuses(QUANTITY);
    // What most keeps a cart from being ordered is what the answer is about.
    let begin = begin.refuses_as(StatusCode::UNPROCESSABLE_ENTITY, &[Code::NotOrderable]);
    telecom.add(begin.refuses_as(StatusCode::BAD_REQUEST, &[Code::NotOrderable]));
    let show =
        telecom.get(&format!("{path}/{{checkout_id}}"), "show_checkout", "Says what became of an order");
    telecom.add(show.answers(answer()).refuses(ORDER).refuses(READ).refuses(&[Code::CheckoutNotFound]));
}

/// Ids as they are shown everywhere here.
fn shown(name: &str) -> Option<Value> {
    let named = |name: &str| json!({"anyOf": [{"$ref": format!("#/components/schemas/Telecom{name}")}, {"type": "null"}]});
    match name {
        "cart_id" => Some(named("CartId")),
        "item_id" => Some(named("ItemId")),
        "item_ids" => Some(json!({"type": "array", "items": named("ItemId")})),
        "checkout_id" => Some(named("CheckoutId")),
        _ => None,
    }
}

fn error(generator: &mut SchemaGenerator, schemas: &mut Map<String, Value>) -> Value {
    let _ = (generator.subschema_for::<CartId>(), generator.subschema_for::<ItemId>());
    let _ = generator.subschema_for::<CheckoutId>();
    let mut members = members(generator);
    members.remove("pointer");
    members.insert(
        "field".into(),
        json!({"type": "string", "description": "Which part of the body is to blame."}),
    );
    let problems: Vec<&str> = Code::ALL.iter().map(|code| code.code()).collect();
    members.insert(
        "problem".into(),
        json!({"enum": problems, "description": "What it is, where the code is the nearest."}),
    );
    schemas.extend(Surface::definitions(generator));
    let renaming = Renaming { prefix: "Telecom", name: camel_case, other: &shown };
    let details = renaming.of(&json!({"type": "object", "properties": members}), schemas);
    let details = saying(details, "additionalProperties", false);
    let codes: std::collections::BTreeSet<_> = Code::ALL.iter().map(|code| Row::of(*code).code).collect();
    let codes: Vec<_> = codes.into_iter().chain([INVALID_CARD_ID.code]).collect();
    let error =
        with(object(json!({"code": {"enum": codes}, "message": {"type": "string"}})), "details", details);
    saying(
        object(json!({"error": error})),
        "description",
        "What was refused, by one of the document's codes.",
    )
}
