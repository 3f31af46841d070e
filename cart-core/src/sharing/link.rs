//! Carts shared with whoever holds a link.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::ActorRef;
use crate::id::LinkId;
use crate::text::LinkLabel;
use crate::token::{same, secret};

secret!(
    /// The secret of a share link: 256 random bits that open a reduced view of one cart.
    ///
    /// It is shown once, to whoever made the link, as 64 hexadecimal digits. Stores, logs and events only ever see its
    /// digest.
    LinkToken,
    "a link token",
    /// The SHA-256 digest of a [`LinkToken`]: finds the link without opening it.
    LinkDigest,
    /// The digest by which stores know the link.
    fn digest,
    /// Text that is not a link token.
    LinkTokenError
);

/// A link that shows a cart to whoever holds its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareLink {
    /// Identifies the link; unique over all carts.
    pub id: LinkId,
    /// What stands for its token.
    pub token: LinkDigest,
    /// What can be changed about it.
    pub terms: LinkTerms,
    /// Who made it.
    pub made_by: ActorRef,
    /// When (UTC).
    pub made_at: DateTime<Utc>,
}

/// What can be chosen about a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkTerms {
    /// What its maker calls it. Its bearers do not see that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<LinkLabel>,
    /// The first instant (UTC) at which it opens nothing any more; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// How often it may be opened; any number of times if absent. Suggesting is no opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    /// What it shows.
    pub shows: LinkShows,
    /// Whether its bearers may suggest changes.
    pub may_suggest: bool,
}

/// What is to be another about a link; what is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LinkChanges {
    /// The label; `Some(None)` takes it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Option<LinkLabel>>,
    /// The end (UTC); `Some(None)` takes it away, where policy allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Option<DateTime<Utc>>>,
    /// How often it may be opened; `Some(None)` is any number of times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<Option<u32>>,
    /// Whether it shows what lines cost, and the totals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows_prices: Option<bool>,
    /// Whether it shows who added a line and who suggested something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows_names: Option<bool>,
    /// Whether its bearers may suggest changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub may_suggest: Option<bool>,
}

impl LinkChanges {
    /// These terms with the changes.
    pub fn of(&self, terms: &LinkTerms) -> LinkTerms {
        LinkTerms {
            label: self.label.clone().unwrap_or_else(|| terms.label.clone()),
            expires_at: self.expires_at.unwrap_or(terms.expires_at),
            uses: self.uses.unwrap_or(terms.uses),
            shows: LinkShows {
                prices: self.shows_prices.unwrap_or(terms.shows.prices),
                names: self.shows_names.unwrap_or(terms.shows.names),
            },
            may_suggest: self.may_suggest.unwrap_or(terms.may_suggest),
        }
    }
}

impl From<LinkTerms> for LinkChanges {
    /// The changes that lead to these terms, whatever they were before.
    fn from(LinkTerms { label, expires_at, uses, shows, may_suggest }: LinkTerms) -> Self {
        Self {
            label: Some(label),
            expires_at: Some(expires_at),
            uses: Some(uses),
            shows_prices: Some(shows.prices),
            shows_names: Some(shows.names),
            may_suggest: Some(may_suggest),
        }
    }
}

/// What a link shows besides products and quantities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkShows {
    /// What lines cost, and the totals.
    pub prices: bool,
    /// Who added a line and who suggested something.
    pub names: bool,
}

impl ShareLink {
    /// Whether a token with this digest opens the link, as far as the link itself says: it is the link's, and the link
    /// has not expired at `now`. How often it was opened is known to the store.
    pub fn opens_with(&self, token: LinkDigest, now: DateTime<Utc>) -> bool {
        same(self.token.to_bytes(), token.to_bytes()) && !self.has_expired(now)
    }

    /// Whether its time has ended at `now`.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.terms.expires_at.is_some_and(|end| end <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::samples::at;

    fn link(expires_at: Option<DateTime<Utc>>) -> ShareLink {
        let terms = LinkTerms { expires_at, ..LinkTerms::default() };
        let id = LinkId::from_uuid(uuid::Uuid::nil());
        let token = LinkToken::from_random([1; 32]).digest();
        ShareLink { id, token, terms, made_by: ActorRef::System, made_at: at(0) }
    }

    #[test]
    fn what_is_not_changed_about_a_link_stays() {
        let (shows, label) = (LinkShows { prices: true, names: false }, LinkLabel::new("mum").ok());
        let terms = LinkTerms { label, expires_at: Some(at(1)), uses: Some(2), shows, may_suggest: true };
        assert_eq!(LinkChanges::default().of(&terms), terms);
        assert_eq!(LinkChanges::from(terms.clone()).of(&LinkTerms::default()), terms);
        let named = LinkChanges { shows_names: Some(true), uses: Some(None), ..LinkChanges::default() };
        let shows = LinkShows { names: true, ..shows };
        assert_eq!(named.of(&terms), LinkTerms { uses: None, shows, ..terms });
    }

    #[test]
    fn changes_that_differ_are_never_written_alike() {
        // Repeated requests are told from new ones by what is written.
        let json = |uses| serde_json::to_string(&LinkChanges { uses, ..LinkChanges::default() }).unwrap();
        assert_eq!([json(None), json(Some(None))], ["{}", "{\"uses\":null}"]);
    }

    #[test]
    fn a_link_opens_with_its_own_token_until_its_time_ends() {
        let [mine, other] = [1, 2].map(|bits| LinkToken::from_random([bits; 32]).digest());
        assert!(link(None).opens_with(mine, at(1)) && !link(None).opens_with(other, at(1)));
        assert!(link(Some(at(2))).opens_with(mine, at(1)));
        assert!(!link(Some(at(2))).opens_with(mine, at(2)));
    }
}
