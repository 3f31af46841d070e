//! What a token says about its bearer.

use std::fmt;

use cart_core::actor::Actor;
use cart_core::id::{CompanyId, UserId};
use chrono::{DateTime, Utc};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The claims that matter here ([RFC 7519, section 4](https://www.rfc-editor.org/rfc/rfc7519#section-4)); others
/// are ignored. Times are whole seconds since 1970.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Claims {
    pub(super) sub: UserId,
    pub(super) exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) iss: Option<String>,
    #[serde(default, skip_serializing_if = "Audience::is_empty")]
    pub(super) aud: Audience,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) company: Option<CompanyId>,
}

/// Whom a token is for: one name or several.
#[derive(Debug, Default, Serialize)]
pub(super) struct Audience(pub(super) Vec<String>);

impl Audience {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a token must say beside its times.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<String>,
}

impl Claims {
    /// Whether the token counts now, here, and from this issuer; else what is wrong.
    pub(super) fn check(&self, now: DateTime<Utc>, expected: &Expected) -> Result<(), &'static str> {
        let now = now.timestamp();
        if self.exp <= now {
            return Err("expired");
        }
        if self.nbf.is_some_and(|start| now < start) {
            return Err("not valid yet");
        }
        if expected.issuer.is_some() && self.iss != expected.issuer {
            return Err("another issuer");
        }
        if self.is_for(expected.audience.as_ref()) { Ok(()) } else { Err("another audience") }
    }

    /// A token that names an audience counts only there, also where none is expected (section 4.1.3).
    fn is_for(&self, audience: Option<&String>) -> bool {
        match audience {
            Some(audience) => self.aud.0.contains(audience),
            None => self.aud.is_empty(),
        }
    }

    pub(super) fn into_actor(self) -> Actor {
        Actor::User { user: self.sub, company: self.company }
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany).map(Self)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one name or several")
    }

    fn visit_str<E>(self, name: &str) -> Result<Vec<String>, E> {
        Ok(vec![name.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Vec<String>, A::Error> {
        let mut all = Vec::new();
        while let Some(name) = names.next_element()? {
            all.push(name);
        }
        Ok(all)
    }
}
