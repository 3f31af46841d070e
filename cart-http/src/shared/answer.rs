//! What is answered.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cart_core::cart::Cart;
use cart_core::id::{CartId, LineId, LinkId, ProductId, SuggestionId};
use cart_core::product::Options;
use cart_core::quantity::Quantity;
use cart_core::service::{LinkView, Outcome};
use cart_core::sharing::{LinkShows, Proposal, ShareLink, SharedCart, SharedLine, Suggestion};
use cart_core::text::{CartName, Comment, LinkLabel, PersonName};
use cart_core::version::Version;
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::amount::Amount;
use crate::author::AuthorBody;
use crate::precondition::etag;
use crate::problem::ProblemCode;

/// JSON, with what the headers say about the cart. No `Debug`: there may be a token in it.
pub(super) struct Answer<T> {
    pub(super) status: StatusCode,
    pub(super) version: Option<Version>,
    pub(super) replayed: bool,
    pub(super) body: T,
}

impl<T> Answer<T> {
    /// A cart, or a part of it, at a version.
    pub(super) const fn shown(version: Version, body: T) -> Self {
        Self { status: StatusCode::OK, version: Some(version), replayed: false, body }
    }

    /// What became of a write. What is only previewed is at no version.
    pub(super) fn changed(outcome: &Outcome, preview: bool, body: T) -> Self {
        let version = (!preview).then(|| outcome.view.cart.version());
        Self { status: StatusCode::OK, version, replayed: outcome.replayed, body }
    }

    /// Something came to be.
    pub(super) fn made(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }
}

impl Answer<()> {
    /// Something is no more, and nothing is left to be said about it.
    pub(super) fn ended(outcome: &Outcome, preview: bool) -> Self {
        Self { status: StatusCode::NO_CONTENT, ..Self::changed(outcome, preview, ()) }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let Ok(mut response) = response(self.status, &self.body) else {
            return ProblemCode::Internal.into_response();
        };
        let headers = response.headers_mut();
        headers.extend(self.version.map(|version| (header::ETAG, etag(version))));
        if self.replayed {
            let name = HeaderName::from_static("idempotency-replayed");
            headers.insert(name, HeaderValue::from_static("true"));
        }
        response
    }
}

fn response(status: StatusCode, body: &impl Serialize) -> Result<Response, serde_json::Error> {
    if status == StatusCode::NO_CONTENT {
        return Ok(status.into_response());
    }
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((status, json, serde_json::to_vec(body)?).into_response())
}

/// A word that says what was done.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedDone"))]
pub(super) struct Done {
    pub(super) status: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedCreated"))]
pub(super) struct CreatedBody {
    pub(super) cart_id: CartId,
    pub(super) status: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedItemAdded"))]
pub(super) struct ItemAddedBody {
    pub(super) status: &'static str,
    pub(super) item_id: Option<LineId>,
}

/// A new link, or one with a new token. The link itself is here and nowhere else.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedLinkMade"))]
pub(super) struct LinkMadeBody<'a> {
    pub(super) shareable_link: Option<String>,
    #[serde(flatten)]
    pub(super) link: LinkTermsBody<'a>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedLinkTerms"))]
pub(super) struct LinkTermsBody<'a> {
    link_id: LinkId,
    label: Option<&'a LinkLabel>,
    expires_at: Option<DateTime<Utc>>,
    uses: Option<u32>,
    shows: LinkShows,
    may_suggest: bool,
    made_at: DateTime<Utc>,
}

impl<'a> LinkTermsBody<'a> {
    pub(super) fn of(link: &'a ShareLink) -> Self {
        let terms = &link.terms;
        Self {
            link_id: link.id,
            label: terms.label.as_ref(),
            expires_at: terms.expires_at,
            uses: terms.uses,
            shows: terms.shows,
            may_suggest: terms.may_suggest,
            made_at: link.made_at,
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedLinks"))]
pub(super) struct LinksBody<'a> {
    links: Vec<LinkBody<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedLink"))]
struct LinkBody<'a> {
    #[serde(flatten)]
    link: LinkTermsBody<'a>,
    view_count: u64,
    last_view_at: Option<DateTime<Utc>>,
}

impl<'a> LinksBody<'a> {
    pub(super) fn of(links: &'a [LinkView]) -> Self {
        let links = links.iter().map(|LinkView { link, openings }| LinkBody {
            link: LinkTermsBody::of(link),
            view_count: openings.count,
            last_view_at: openings.last,
        });
        Self { links: links.collect() }
    }
}

/// A cart as a link shows it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedOpenedCart"))]
pub(super) struct SharedBody<'a> {
    cart: SharedCartBody<'a>,
    link: OpenedBody<'a>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedShownCart"))]
struct SharedCartBody<'a> {
    cart_id: CartId,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart_name: Option<&'a CartName>,
    items: Vec<SharedItemBody<'a>>,
    #[serde(flatten)]
    sums: Option<SharedSums>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedSums"))]
struct SharedSums {
    #[cfg_attr(feature = "openapi", schemars(with = "cart_core::money::Currency"))]
    currency: &'static str,
    subtotal: Amount,
    discount: Amount,
    total: Amount,
}

/// What the link itself allows, and what was suggested with it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedOpenedLink"))]
struct OpenedBody<'a> {
    expires_at: Option<DateTime<Utc>>,
    may_suggest: bool,
    suggestions: Vec<SuggestionBody<'a>>,
}

/// Product and quantity, as the document has it, and what else the link shows. Whoever may suggest something about the
/// item has its id.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedItem"))]
struct SharedItemBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    item_id: Option<LineId>,
    product_id: &'a ProductId,
    #[serde(skip_serializing_if = "Options::is_empty")]
    options: &'a Options,
    quantity: Quantity,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    added_by: Option<AuthorBody<'a>>,
}

impl<'a> SharedBody<'a> {
    pub(super) fn of(shared: &'a SharedCart) -> Self {
        let prices = shared.prices.as_ref();
        Self {
            cart: SharedCartBody {
                cart_id: shared.id,
                cart_name: shared.name.as_ref(),
                items: shared.lines.iter().map(|line| shared_item(line, shared.may_suggest)).collect(),
                sums: prices.map(|prices| SharedSums {
                    currency: prices.currency.code(),
                    subtotal: Amount(prices.subtotal),
                    discount: Amount(prices.discount),
                    total: Amount(prices.total),
                }),
            },
            link: OpenedBody {
                expires_at: shared.expires_at,
                may_suggest: shared.may_suggest,
                suggestions: shared
                    .suggestions
                    .iter()
                    .map(|made| SuggestionBody::of_link(made, shared))
                    .collect(),
            },
        }
    }
}

fn shared_item(line: &SharedLine, may_suggest: bool) -> SharedItemBody<'_> {
    SharedItemBody {
        item_id: may_suggest.then_some(line.id),
        product_id: &line.product.product,
        options: &line.product.options,
        quantity: line.quantity,
        unit_price: line.price.map(|price| Amount(price.unit)),
        total: line.price.map(|price| Amount(price.total)),
        added_by: line.added_by.as_ref().map(AuthorBody::of),
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedSuggestions"))]
pub(super) struct SuggestionsBody<'a> {
    suggestions: Vec<SuggestionBody<'a>>,
}

impl<'a> SuggestionsBody<'a> {
    pub(super) fn of(cart: &'a Cart) -> Self {
        let suggestions = cart.suggestions().iter().map(|made| SuggestionBody::of_cart(made, cart));
        Self { suggestions: suggestions.collect() }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedSuggestion"))]
pub(super) struct SuggestionBody<'a> {
    suggestion_id: SuggestionId,
    #[serde(flatten)]
    proposal: ProposalBody<'a>,
    comment: Option<&'a Comment>,
    by: AuthorBody<'a>,
    name: Option<&'a PersonName>,
    made_at: DateTime<Utc>,
    /// Whether the item that it is about is gone.
    stale: bool,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedProposal"))]
#[serde(tag = "op", rename_all = "snake_case")]
enum ProposalBody<'a> {
    Add {
        #[serde(flatten)]
        product: ProductBody<'a>,
    },
    Remove {
        item_id: LineId,
    },
    SetQuantity {
        item_id: LineId,
        quantity: Quantity,
    },
    Replace {
        item_id: LineId,
        #[serde(flatten)]
        product: ProductBody<'a>,
    },
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(rename = "SharedProduct"))]
struct ProductBody<'a> {
    product_id: &'a ProductId,
    options: &'a Options,
    quantity: Quantity,
}

impl<'a> ProposalBody<'a> {
    fn of(proposal: &'a Proposal) -> Self {
        match proposal {
            Proposal::Add { product, quantity } => Self::Add { product: product_body(product, *quantity) },
            Proposal::Remove { line } => Self::Remove { item_id: *line },
            Proposal::SetQuantity { line, quantity } => {
                Self::SetQuantity { item_id: *line, quantity: *quantity }
            }
            Proposal::Replace { line, product, quantity } => {
                Self::Replace { item_id: *line, product: product_body(product, *quantity) }
            }
        }
    }
}

fn product_body(key: &cart_core::product::ProductKey, quantity: Quantity) -> ProductBody<'_> {
    ProductBody { product_id: &key.product, options: &key.options, quantity }
}

impl<'a> SuggestionBody<'a> {
    pub(super) fn of_cart(made: &'a Suggestion, cart: &Cart) -> Self {
        Self::of(made, made.proposal.is_stale(cart))
    }

    fn of_link(made: &'a Suggestion, shared: &SharedCart) -> Self {
        let about = made.proposal.line();
        Self::of(made, about.is_some_and(|about| shared.lines.iter().all(|line| line.id != about)))
    }

    fn of(made: &'a Suggestion, stale: bool) -> Self {
        Self {
            suggestion_id: made.id,
            proposal: ProposalBody::of(&made.proposal),
            comment: made.comment.as_ref(),
            by: AuthorBody::of(&made.author),
            name: made.name.as_ref(),
            made_at: made.made_at,
            stale,
        }
    }
}
