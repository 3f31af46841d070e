//! The description of this surface.

use axum::http::StatusCode;
use cart_core::coupon::CouponCode;
use cart_core::id::{LineId, UserId};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::answer::AnswerBody;
use super::answer::cart::CartBody;
use super::bodies::{AddItem, ChangeItem, EnterCode, Nothing};
use super::casing::camel;
use super::catalogue::Named;
use super::errors;
use crate::notice::NoticeBody;
use crate::openapi::codes::{ADD, COUPON, ITEM, MAKE, QUANTITY, READ, REMOVE};
use crate::openapi::{Answer, Description, Form, Header, Renaming, Surface, members, saying, with};
use crate::problem::ProblemCode;
use crate::write::Parameters;

const SAYS: &str = "The cart of the cart module: each signed-in user has one, made by the first look.";

const FORM: Form = Form {
    name: "ModuleError",
    media: "application/json",
    status: |code| Named::of(code).status,
    schema: error,
    narrowed: |status, codes| {
        let mut words: Vec<_> = codes.iter().map(|code| Named::of(*code).code).collect();
        words.dedup();
        json!({"properties": {"statusCode": {"const": status.as_u16()}, "code": {"enum": words}}})
    },
    example: |problem, _| errors::example(problem),
    is_guards: false,
};

/// The surface of [`module`](crate::module).
pub fn describe() -> Description {
    let mut module = Surface::new("module", SAYS, FORM);
    module.in_path::<LineId>("item_id");
    module.in_path::<CouponCode>("code");
    module.in_path::<UserId>("user_id");
    let preview = module.query::<Parameters>();
    let cart = module.shown::<AnswerBody<'static>>();
    customers(&mut module, "/api/cart", "", &cart, &preview);
    customers(&mut module, "/api/mobile/cart", "mobile_", &cart, &preview);
    let path = "/api/admin/cart/users/{user_id}";
    let show = module.get(path, "show_cart_of", "Shows support a user's open cart");
    module.add(show.answers(shown(&cart)).refuses(READ));
    module.described()
}

fn shown(cart: &Value) -> Answer {
    Answer::json(StatusCode::OK, "The cart.", cart).headers(&[Header::ETag])
}

fn customers(module: &mut Surface, base: &str, prefix: &str, cart: &Value, preview: &Value) {
    let item = [("item_id", "$response.body#/items/0/id")];
    let (change, remove) = (format!("module_{prefix}change_item"), format!("module_{prefix}remove_item"));
    let linked = |answer: Answer| answer.link(&change, &item).link(&remove, &item);
    let name = |name: &str| format!("{prefix}{name}");
    let answer = || linked(shown(cart).headers(&[Header::Replayed]));
    let nothing = module.sent::<Nothing>();
    let show = module.get(base, &name("show_cart"), "Shows the caller's cart, and makes it if there is none");
    let making = [
        ProblemCode::Contended,
        ProblemCode::WrongStatus,
        ProblemCode::StorageFull,
        ProblemCode::OutcomeUnknown,
    ];
    module.add(show.answers(linked(shown(cart))).refuses(READ).refuses(MAKE).refuses(&making));
    let clear = module.write("delete", base, &name("clear_cart"), "Removes all items and the coupon");
    module.add(clear.query(preview).may_take(&nothing, json!({})).answers(answer()));
    let body = module.sent::<AddItem>();
    let add = module.write(
        "post",
        &format!("{base}/items"),
        &name("add_item"),
        "Adds a product that is not in the cart yet",
    );
    let add = add
        .query(preview)
        .takes(&body, json!({"productId": "meditation-course", "quantity": 1}))
        .answers(answer());
    module.add(add.refuses(ADD).refuses(QUANTITY).refuses(MAKE));
    let (one, body) = (format!("{base}/items/{{item_id}}"), module.sent::<ChangeItem>());
    let change =
        module.write("patch", &one, &name("change_item"), "Says how many units an item has").query(preview);
    let change = change.takes(&body, json!({"quantity": 1})).answers(answer());
    module.add(change.refuses(ITEM).refuses(QUANTITY));
    let remove = module.write("delete", &one, &name("remove_item"), "Removes an item").query(preview);
    module.add(remove.may_take(&nothing, json!({})).answers(answer()).refuses(REMOVE));
    let (coupons, body) = (format!("{base}/coupons"), module.sent::<EnterCode>());
    let apply = module.write("post", &coupons, &name("apply_coupon"), "Puts the coupon on").query(preview);
    module.add(apply.takes(&body, json!({"code": "SUMMER10"})).answers(answer()).refuses(COUPON));
    let take_off = module.write(
        "delete",
        &format!("{coupons}/{{code}}"),
        &name("remove_coupon"),
        "Takes the coupon off",
    );
    module.add(take_off.query(preview).may_take(&nothing, json!({})).answers(answer()));
}

/// Names of members in camel case.
fn in_camel_case() -> Renaming<'static> {
    Renaming { prefix: "Module", name: camel, other: &|_| None }
}

/// Notices, which are answered in camel case.
pub(super) fn notices(generator: &mut SchemaGenerator) -> schemars::Schema {
    let _ = generator.subschema_for::<NoticeBody<'static>>();
    schemars::json_schema!({"type": "array", "items": {"$ref": "#/components/schemas/ModuleNotice"}})
}

fn error(generator: &mut SchemaGenerator, schemas: &mut Map<String, Value>) -> Value {
    let members = json!({"type": "object", "properties": members(generator)});
    let cart = generator.subschema_for::<CartBody<'static>>().to_value();
    schemas.extend(Surface::definitions(generator));
    in_camel_case().of(&json!({"$ref": "#/components/schemas/Notice"}), schemas);
    let details = with(in_camel_case().of(&members, schemas), "cart", cart);
    let details = saying(details, "additionalProperties", false);
    let codes = ProblemCode::ALL.iter().map(|code| Named::of(*code));
    let codes: std::collections::BTreeSet<_> = codes.map(|named| named.code).collect();
    json!({
        "type": "object",
        "description": "What was refused: `code` says why, for programs, and `details` what belongs to the code.",
        "properties": {
            "statusCode": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"enum": codes},
            "message": {"type": "string"},
            "details": details,
            "requestId": {"type": "string"},
        },
        "required": ["statusCode", "code", "message", "details"],
        "additionalProperties": false,
    })
}
