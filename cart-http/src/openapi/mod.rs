//! What the surfaces answer to what, as [OpenAPI 3.1][openapi]: made from the types that are read and written and from the
//! catalogue of errors, and served with a page to browse it.
//!
//! ```
//! use cart_http::openapi::{self, Document};
//!
//! let described = Document::merged([openapi::shop(), openapi::orders()]);
//! let router: axum::Router = openapi::router(&described);
//! ```
//!
//! | method and path | answer |
//! |---|---|
//! | `GET /openapi.json` | the document |
//! | `GET /docs` | a page that shows it; it needs nothing from elsewhere |
//!
//! [openapi]: https://spec.openapis.org/oas/v3.1.0

pub(crate) mod codes;
mod document;
mod form;
mod headers;
mod operation;
mod page;
mod problem;
mod schema;
mod surface;

pub use self::document::Document;
pub(crate) use self::form::Form;
pub(crate) use self::headers::{Header, parameter};
pub(crate) use self::operation::{Answer, Asks, Operation};
pub use self::page::router;
pub(crate) use self::problem::members;
pub(crate) use self::schema::{Renaming, object, saying, with};
pub use self::surface::Description;
pub(crate) use self::surface::Surface;
pub use crate::company::openapi::describe as company;
pub use crate::module::openapi::describe as module;
#[cfg(feature = "metrics")]
pub use crate::ops::openapi::describe as ops;
pub use crate::orders::openapi::{describe as orders, describe_under as orders_under};
pub use crate::shared::openapi::describe as shared;
pub use crate::shop::openapi::describe as shop;
pub use crate::telecom::openapi::describe as telecom;
