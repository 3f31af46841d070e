//! The description of this surface.

use axum::http::StatusCode;
use cart_core::id::{CartId, GrantId};
use cart_core::service::CartService;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::errors::{self, SOURCES};
use super::owner::NewOwner;
use super::resource::{
    CARTS, CartBody, GROUPS, GroupBody, OWNERS, OwnerBody, Resource, SHARED_CARTS, ShareBody,
};
use super::shares::{ChangedShare, NewShare};
use crate::openapi::codes::READ;
use crate::openapi::{Answer, Description, Form, Header, Operation, Surface, members, object, saying, with};
use crate::problem::ProblemCode as Code;

const SAYS: &str = "The carts of companies, shared with colleagues: JSON:API 1.1.";
const JSON_API: &str = "application/vnd.api+json";

const FORM: Form = Form {
    name: "CompanyErrors",
    media: JSON_API,
    status: Code::status,
    schema: error,
    narrowed: |status, codes| {
        let codes: Vec<&str> = codes.iter().map(|code| code.code()).collect();
        let error = json!({"properties": {"status": {"const": status.as_str()}, "code": {"enum": codes}}});
        json!({"properties": {"errors": {"items": error}}})
    },
    example: errors::example,
    is_guards: false,
};

/// The surface of [`company`](crate::company).
pub fn describe() -> Description {
    let mut company = Surface::new("company", SAYS, FORM);
    carts(&mut company);
    groups(&mut company);
    sharing(&mut company);
    one_share(&mut company);
    owner(&mut company);
    company.described()
}

/// What every operation here is refused for besides.
fn with_own(operation: Operation) -> Operation {
    // The document tells a missing token from an invalid one.
    operation.refuses_as(StatusCode::FORBIDDEN, &[Code::Unauthenticated]).refuses(&[Code::NotAcceptable])
}

/// A document with one resource, or with several.
fn document(data: Value, more: &[(&str, Value)]) -> Value {
    more.iter().fold(object(json!({"data": data})), |all, (name, schema)| with(all, name, schema.clone()))
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

fn ok(says: &'static str, schema: &Value) -> Answer {
    Answer::with(StatusCode::OK, says, JSON_API, schema)
}

/// A resource with a fixed type.
fn of_type<A: JsonSchema>(company: &mut Surface, kind: &str) -> Value {
    saying(company.shown::<Resource<A>>(), "properties", json!({"type": {"const": kind}}))
}

fn in_query(name: &str, says: &str, schema: Value) -> Value {
    json!({"name": name, "in": "query", "required": false, "description": says, "schema": schema})
}

fn carts(company: &mut Surface) {
    let (cart, group) = (of_type::<CartBody>(company, CARTS), of_type::<GroupBody>(company, GROUPS));
    let included = ("included", list(&group));
    let include =
        || in_query("include", "Delivers the groups that the carts refer to.", json!({"enum": [GROUPS, ""]}));
    let links = object(json!({"next": {"type": ["string", "null"], "format": "uri"}}));
    let page = document(list(&cart), &[included.clone(), ("links", links)]);
    let sizes = json!({"type": "integer", "minimum": 1, "maximum": CartService::MAX_PAGE, "default": 20});
    let all = company.get(
        "/carts",
        "list_carts",
        "Lists the caller's own carts, or those that are shared with the caller",
    );
    let all = all.parameter(include()).parameter(in_query(
        "filter[access]",
        "Which carts.",
        json!({"enum": ["owned", "shared"]}),
    ));
    let all = all.parameter(in_query("page[size]", "How many at once.", sizes));
    let all = all.parameter(in_query(
        "page[cursor]",
        "Where the list goes on: from `links.next`.",
        json!({"type": "string"}),
    ));
    let id = [("id", "$response.body#/data/0/id")];
    let answer =
        ok("A page of the list.", &page).link("company_show_cart", &id).link("company_list_shares", &id);
    company.add(with_own(all.answers(answer).refuses(&[Code::BadCursor, Code::NotOffered])));
    company.in_path::<CartId>("id");
    let show =
        company.get("/carts/{id}", "show_cart", "Shows a cart that the caller may see").parameter(include());
    let answer = ok("The cart.", &document(cart, &[included])).headers(&[Header::ETag]);
    company.add(with_own(show.answers(answer).refuses(READ)));
}

fn groups(company: &mut Surface) {
    let group = of_type::<GroupBody>(company, GROUPS);
    company.names("id", json!({"type": "string", "pattern": "^(0|[1-9][0-9]{0,9})$"}));
    let all = company.get("/cart-permission-groups", "list_groups", "Shows which kinds of access there are");
    let answer = ok("The groups.", &document(list(&group), &[]));
    let answer = answer.link("company_show_group", &[("id", "$response.body#/data/0/id")]);
    company.add(with_own(all.answers(answer)));
    let one = company.get("/cart-permission-groups/{id}", "show_group", "Shows a kind of access");
    company.add(with_own(one.answers(ok("The group.", &document(group, &[])))));
}

/// A body whose resource is of this type.
fn body<A: JsonSchema>(company: &mut Surface, kind: &str, id: Option<Value>) -> Value {
    let attributes = company.sent::<A>();
    let resource = match id {
        Some(id) => object(json!({"type": {"const": kind}, "id": id, "attributes": attributes})),
        None => object(json!({"type": {"const": kind}, "attributes": attributes})),
    };
    with(with(object(json!({"data": resource})), "meta", json!({})), "jsonapi", json!({}))
}

fn takes(operation: Operation, body: &Value, example: Value) -> Operation {
    let taken = operation.takes_as(vec![JSON_API, "application/json"], body, json!({"data": example}));
    // JSON:API has this status for a resource that does not belong where it is sent.
    with_own(taken.refuses_as(StatusCode::CONFLICT, &[Code::InvalidValue]))
}

/// What keeps a cart from being shared is one status in the document.
fn unshared(operation: Operation) -> Operation {
    let unfit = [Code::AlreadyShared, Code::WrongStatus, Code::CartExpired];
    let operation = operation.refuses_as(StatusCode::UNPROCESSABLE_ENTITY, &unfit);
    operation.refuses(&[
        Code::NoCompany,
        Code::NotInCompany,
        Code::AlreadyOwner,
        Code::GroupNotFound,
        Code::TooManyGrants,
    ])
}

fn sharing(company: &mut Surface) {
    let share = of_type::<ShareBody>(company, SHARED_CARTS);
    company.in_path::<CartId>("id");
    let path = "/carts/{id}/shared-carts";
    let all = company.get(path, "list_shares", "Lists with whom a cart is shared");
    let id = [("id", "$response.body#/data/0/id")];
    let answer = ok("The shares.", &document(list(&share), &[])).link("company_show_share", &id);
    company.add(with_own(all.answers(answer).refuses(READ)));
    let sent = body::<NewShare>(company, SHARED_CARTS, None);
    let make = company.write("post", path, "share_cart", "Shares a cart with a colleague");
    let make = takes(
        make,
        &sent,
        json!({"type": SHARED_CARTS, "attributes": {"idCompanyUser": "ben", "idCartPermissionGroup": 1}}),
    );
    let shown = document(share, &[]);
    let id = [("id", "$response.body#/data/id")];
    let linked = |answer: Answer| {
        let answer = answer.link("company_show_share", &id).link("company_end_share", &id);
        answer.headers(&[Header::ETag, Header::Replayed])
    };
    let make = make.answers(linked(ok("They have that access already.", &shown)));
    let made = Answer::with(StatusCode::CREATED, "The share.", JSON_API, &shown).headers(&[Header::Location]);
    company.add(unshared(make.answers(linked(made))));
}

fn one_share(company: &mut Surface) {
    let shown = document(of_type::<ShareBody>(company, SHARED_CARTS), &[]);
    company.in_path::<GrantId>("id");
    let path = "/shared-carts/{id}";
    let show = company.get(path, "show_share", "Shows one share");
    company
        .add(with_own(show.answers(ok("The share.", &shown)).refuses(READ).refuses(&[Code::GrantNotFound])));
    let id = company.sent::<GrantId>();
    let sent = body::<ChangedShare>(company, SHARED_CARTS, Some(id));
    let change = company.write("patch", path, "change_share", "Gives the colleague another kind of access");
    let example = "0198c1d2-7d3e-7a3b-8c55-0a6d1a1f9a10";
    let change = takes(
        change,
        &sent,
        json!({"type": SHARED_CARTS, "id": example, "attributes": {"idCartPermissionGroup": 2}}),
    );
    let change = change.answers(ok("The share.", &shown).headers(&[Header::ETag, Header::Replayed]));
    company.add(unshared(change).refuses(&[Code::GrantNotFound]));
    let end = company.write("delete", path, "end_share", "Ends a share; one's own: leaves the cart");
    let end = end.answers(Answer::empty(StatusCode::NO_CONTENT, "The share is no more."));
    company.add(with_own(end.refuses(&[Code::GrantNotFound])));
}

fn owner(company: &mut Surface) {
    let shown = document(of_type::<OwnerBody>(company, OWNERS), &[]);
    company.in_path::<CartId>("id");
    let sent = body::<NewOwner>(company, OWNERS, None);
    let hand =
        company.write("post", "/carts/{id}/owner", "hand_over_cart", "Hands a cart over to a colleague");
    let hand = takes(
        hand,
        &sent,
        json!({"type": OWNERS, "attributes": {"idCompanyUser": "ben", "keepPermissionGroup": 1}}),
    );
    let answer = ok("Whose the cart is.", &shown).headers(&[Header::ETag, Header::Replayed]);
    company.add(unshared(hand.answers(answer)).refuses(&[Code::TooManyCarts, Code::CartExists]));
}

fn error(generator: &mut SchemaGenerator, _: &mut Map<String, Value>) -> Value {
    let mut meta = members(generator);
    meta.insert("missing".into(), json!({"type": "string", "description": "Which member is missing."}));
    let detail = meta.remove("detail").unwrap_or_default();
    let source: Map<_, _> = SOURCES.into_iter().filter_map(|name| meta.remove_entry(name)).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.code()).collect();
    let titles: Vec<&str> = Code::ALL.iter().map(|code| code.title()).collect();
    let part = |members| json!({"type": "object", "minProperties": 1, "properties": members, "additionalProperties": false});
    let error = object(json!({
        "status": {"type": "string", "pattern": "^[45][0-9]{2}$"},
        "code": {"enum": codes},
        "title": {"enum": titles},
    }));
    let error = with(with(with(error, "detail", detail), "source", part(source)), "meta", part(meta));
    let errors = object(json!({"errors": {"type": "array", "minItems": 1, "maxItems": 1, "items": error}}));
    let errors = with(errors, "meta", object(json!({"request_id": {"type": "string"}})));
    saying(errors, "description", "An error object (JSON:API).")
}
