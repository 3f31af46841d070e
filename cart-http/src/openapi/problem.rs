//! Problem documents.

use cart_core::id::{
    CartId, CheckoutId, GrantId, LineId, LinkId, OrderRef, ProductId, PromotionId, StockItemId, SuggestionId,
    UserId,
};
use cart_core::money::Currency;
use cart_core::notice::Unavailable;
use cart_core::permission::Permission;
use cart_core::promotion::NotApplied;
use cart_core::selection::{Misfit, SelectionKind};
use cart_core::sharing::PermissionGroupId;
use cart_core::status::StatusName;
use cart_core::version::Version;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::schema::{object, of};
use crate::amount::Amount;
use crate::clash::ClashBody;
use crate::obstacle::ObstacleBody;
use crate::problem::ProblemCode;
use crate::shop;

/// The schema of problem documents of all surfaces that have no form of their own.
pub(super) fn schema(generator: &mut SchemaGenerator, _: &mut Map<String, Value>) -> Value {
    let codes: Vec<&str> = ProblemCode::ALL.iter().map(|code| code.code()).collect();
    let titles: Vec<&str> = ProblemCode::ALL.iter().map(|code| code.title()).collect();
    let mut properties = members(generator);
    properties.extend([
        ("type".to_owned(), json!({"type": "string", "pattern": "^urn:problem-type:cart:[a-z_]+$"})),
        ("title".to_owned(), json!({"enum": titles})),
        ("status".to_owned(), json!({"type": "integer", "minimum": 400, "maximum": 599})),
        ("code".to_owned(), json!({"enum": codes})),
        ("request_id".to_owned(), json!({"type": "string"})),
        ("cart".to_owned(), shop::openapi::current(generator)),
    ]);
    json!({
        "type": "object",
        "description": "A problem (RFC 9457): `code` says which, for programs. What else is there belongs to the code.",
        "properties": properties,
        "required": ["type", "title", "status", "code"],
        "additionalProperties": false,
    })
}

/// The members that a problem may have besides those that all have, by the names of the catalogue.
pub(crate) fn members(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut all = about_requests();
    all.extend(about_carts(generator));
    all.extend(about_orders(generator));
    all
}

fn about_requests() -> Map<String, Value> {
    let (text, whole) = (json!({"type": "string"}), json!({"type": "integer", "minimum": 0}));
    [
        ("detail", json!({"type": "string", "description": "A sentence about this occurrence, for people."})),
        (
            "pointer",
            json!({"type": "string", "description": "Which part of the body is to blame (RFC 6901)."}),
        ),
        ("parameter", json!({"type": "string", "description": "Which parameter of the query is to blame."})),
        ("header", json!({"type": "string", "description": "Which header is to blame."})),
        ("value", json!({"description": "The value that is to blame, if it is short."})),
        ("limit_bytes", whole.clone()),
        ("limit", whole.clone()),
        ("retry_after", whole.clone()),
        ("maximum", whole.clone()),
        ("multiple_of", whole.clone()),
        ("edit_index", whole.clone()),
        ("requested", whole.clone()),
        ("available", whole.clone()),
        ("units", whole),
        ("by_author", json!({"type": "boolean"})),
        ("by_customer", json!({"type": "boolean"})),
        ("latest", json!({"type": ["string", "null"], "format": "date-time"})),
        ("retry_at", json!({"type": "string", "format": "date-time"})),
        ("stock_item", text),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}

fn about_carts(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let item = of::<LineId>(generator);
    let amount_or_units = json!({"anyOf": [{"type": "integer", "minimum": 0}, of::<Amount>(generator)]});
    [
        ("permission", of::<Permission>(generator)),
        ("cart_id", of::<CartId>(generator)),
        ("cart_status", of::<StatusName>(generator)),
        ("current_version", json!({"anyOf": [of::<Version>(generator), {"type": "null"}]})),
        ("version", of::<Version>(generator)),
        ("item_ids", json!({"type": "array", "items": item})),
        ("item_id", item),
        ("product_id", of::<ProductId>(generator)),
        ("promotion_id", of::<PromotionId>(generator)),
        ("excluded_by", of::<PromotionId>(generator)),
        ("minimum", amount_or_units),
        ("subtotal", of::<Amount>(generator)),
        ("clashes", json!({"type": "array", "items": of::<ClashBody<'static>>(generator)})),
        ("selection", json!({"anyOf": [of::<SelectionKind>(generator), {"const": "billing_address"}]})),
        ("user_id", of::<UserId>(generator)),
        ("grant_id", of::<GrantId>(generator)),
        ("link_id", of::<LinkId>(generator)),
        ("suggestion_id", of::<SuggestionId>(generator)),
        ("permission_group_id", of::<PermissionGroupId>(generator)),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}

fn about_orders(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let (amount, currency) = (of::<Amount>(generator), of::<Currency>(generator));
    let money = object(json!({"amount": amount, "currency": currency}));
    [
        ("reason", json!({"enum": reasons(generator), "description": "Why, in the words of the code."})),
        ("checkout_id", of::<CheckoutId>(generator)),
        ("order_id", of::<OrderRef>(generator)),
        ("stock_item", of::<StockItemId>(generator)),
        (
            "obstacles",
            json!({"type": "array", "minItems": 1, "items": of::<ObstacleBody<'static>>(generator)}),
        ),
        ("expected_total", amount.clone()),
        ("expected_currency", currency.clone()),
        ("total", amount),
        ("currency", currency),
        ("expected", money.clone()),
        ("announced", money),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into_iter()
    .collect()
}

/// The words of all the enums that say why.
fn reasons(generator: &mut SchemaGenerator) -> Vec<Value> {
    let whole = [
        generator.root_schema_for::<Unavailable>().to_value(),
        generator.root_schema_for::<Misfit>().to_value(),
        generator.root_schema_for::<NotApplied>().to_value(),
        generator.root_schema_for::<cart_core::checkout::EndReason>().to_value(),
    ];
    let mut words: Vec<Value> = Vec::new();
    for word in whole.iter().flat_map(words_of) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The words of an enum, with data or without.
pub(crate) fn words_of(schema: &Value) -> Vec<Value> {
    let plain = schema.get("enum").and_then(Value::as_array).into_iter().flatten().cloned();
    let each = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let told =
        each.filter_map(|one| one.get("const").or_else(|| one.pointer("/properties/reason/const")).cloned());
    plain.chain(told).collect()
}
