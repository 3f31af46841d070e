//! JSON schemas of the values that cannot be wrong: what their constructors check, as far as a schema can say it.
//!
//! Those of enums are derived where they are.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::actor::GuestId;
use crate::checkout::Reason;
use crate::coupon::CouponCode;
use crate::id::{
    AddressId, CartId, CategoryId, CheckoutId, CompanyId, FeeId, GrantId, LineId, LinkId, MAX_HOST_ID_CHARS,
    OrderRef, PaymentMethodId, ProductGroupId, ProductId, PromotionId, ShippingMethodId, StockItemId,
    SuggestionId, TaxClass, UserId,
};
use crate::metadata::Metadata;
use crate::money::{Currency, Money, Rate};
use crate::permission::{Permission, Permissions};
use crate::product::Options;
use crate::quantity::Quantity;
use crate::sharing::PermissionGroupId;
use crate::text::{CartName, Comment, LinkLabel, Locale, Note, PersonName};
use crate::version::Version;

/// No control characters.
const SHOWN: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
/// No control characters, and none that turn the direction of writing around.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$";
/// The same with line feeds and tabs.
const LINES: &str = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$";

macro_rules! schemas {
    ($($type:ident = $name:literal, $description:literal, $schema:expr;)+) => {
        $(impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }

            fn schema_id() -> Cow<'static, str> {
                Cow::Borrowed(concat!("cart_core::", stringify!($type)))
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let of: fn(&mut SchemaGenerator) -> Schema = $schema;
                let mut schema = of(generator);
                schema.insert("description".into(), $description.into());
                schema
            }
        })+
    };
}

schemas! {
    CartId = "CartId", "Identifies a cart.", |_| uuid();
    LineId = "ItemId", "Identifies an item of a cart.", |_| uuid();
    CheckoutId = "CheckoutId", "Identifies a checkout: one attempt to make an order of a cart.", |_| uuid();
    GrantId = "GrantId", "Identifies a grant: what a user may do with somebody else's cart.", |_| uuid();
    LinkId = "LinkId", "Identifies a share link; it is not its token.", |_| uuid();
    SuggestionId = "SuggestionId", "Identifies a suggestion.", |_| uuid();
    UserId = "UserId", "Identifies a user.", |_| host_id();
    CompanyId = "CompanyId", "Identifies a company.", |_| host_id();
    ProductId = "ProductId", "Identifies a product.", |_| host_id();
    StockItemId = "StockItemId", "Identifies what is counted in the stock.", |_| host_id();
    AddressId = "AddressId", "Identifies an address.", |_| host_id();
    ShippingMethodId = "ShippingMethodId", "Identifies a shipping method.", |_| host_id();
    PaymentMethodId = "PaymentMethodId", "Identifies a payment method.", |_| host_id();
    FeeId = "FeeId", "Identifies a fee.", |_| host_id();
    PromotionId = "PromotionId", "Identifies a promotion.", |_| host_id();
    CategoryId = "CategoryId", "Identifies a category of products.", |_| host_id();
    ProductGroupId = "ProductGroupId", "Identifies a group of products.", |_| host_id();
    TaxClass = "TaxClass", "Names how something is taxed.", |_| host_id();
    OrderRef = "OrderRef", "Identifies an order in the shop's order system.", |_| host_id();
    GuestId = "GuestId", "Stands for a guest.", |_| json_schema!({"type": "string"});
    CartName = "CartName", "What a cart is called, on one line.", |_| text(CartName::MAX_CHARS, LINE);
    LinkLabel = "LinkLabel", "What its maker calls a link, on one line.", |_| text(LinkLabel::MAX_CHARS, LINE);
    PersonName = "PersonName", "What somebody without an account calls themselves.",
        |_| text(PersonName::MAX_CHARS, LINE);
    Locale = "Locale", "A language tag (BCP 47).", |_| text(Locale::MAX_CHARS, LINE);
    Note = "Note", "A note; it may have several lines.", |_| text(Note::MAX_CHARS, LINES);
    Comment = "Comment", "What is said with a suggestion; it may have several lines.",
        |_| text(Comment::MAX_CHARS, LINES);
    Reason = "Reason", "Why somebody outside refused something.", |_| text(Reason::MAX_CHARS, SHOWN);
    CouponCode = "CouponCode", "A coupon code. Case, width and white space do not matter; answers have one form.",
        |_| json_schema!({"type": "string", "minLength": 1, "maxLength": CouponCode::MAX_CHARS});
    Quantity = "Quantity", "A number of units.",
        |_| json_schema!({"type": "integer", "minimum": Quantity::ONE.get(), "maximum": Quantity::MAX.get()});
    Version = "Version", "How many writes a cart has accepted.", |_| json_schema!({"type": "integer", "minimum": 1});
    PermissionGroupId = "PermissionGroupId", "The number of a permission group.",
        |_| json_schema!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    Permissions = "Permissions", "What may be done.", |generator| {
        let permission = generator.subschema_for::<Permission>();
        json_schema!({"type": "array", "uniqueItems": true, "items": permission})
    };
    Currency = "Currency", "A currency, by its ISO 4217 code.",
        |_| json_schema!({"type": "string", "pattern": "^[A-Z]{3}$"});
    Rate = "Rate", "A fraction as decimal text: 0.19 is 19 per cent.",
        |_| json_schema!({"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]{1,9})?$"});
    Money = "Money", "An amount in the minor unit of a currency.", |generator| {
        let currency = generator.subschema_for::<Currency>();
        json_schema!({
            "type": "object",
            "properties": {"minor": {"type": "integer"}, "currency": currency},
            "required": ["minor", "currency"],
        })
    };
    Options = "Options", "What was chosen about a product.", |_| json_schema!({
        "type": "object",
        "maxProperties": Options::MAX_COUNT,
        "propertyNames": text(Options::MAX_CHARS, SHOWN),
        "additionalProperties": text(Options::MAX_CHARS, SHOWN),
    });
    Metadata = "Metadata", "An object of the shop's own: at most 4 KiB as JSON, 8 levels deep, whole numbers only.",
        |_| json_schema!({"type": "object", "additionalProperties": true});
}

fn uuid() -> Schema {
    json_schema!({
        "type": "string",
        "format": "uuid",
        "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    })
}

fn host_id() -> Schema {
    text(MAX_HOST_ID_CHARS, SHOWN)
}

fn text(longest: usize, pattern: &str) -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": longest, "pattern": pattern})
}
