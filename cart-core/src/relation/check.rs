//! Refuses rules that say nothing or contradict themselves.

use super::{ProductSet, RelationRules, Relations};
use crate::id::ProductId;

/// Why rules between lines are not sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelationError {
    /// It names neither a product nor a category.
    #[error("{0} names nothing")]
    Nothing(&'static str),
    /// It names too many.
    #[error("{what} names more than {max}")]
    TooMany {
        /// What names them.
        what: &'static str,
        /// How many it may name, inclusive.
        max: usize,
    },
    /// Everything that could satisfy it is excluded by the same product.
    #[error("{0} names only what is excluded")]
    Contradiction(&'static str),
    /// It names the product whose rule it is, which is no other product.
    #[error("{0} names the product itself")]
    Itself(&'static str),
}

impl RelationRules {
    /// Each set by what it is called.
    fn sets(&self) -> impl Iterator<Item = (&'static str, &ProductSet)> {
        let requires = self.requires.iter().map(|set| ("requires", set));
        requires.chain(self.follows.iter().map(|follows| ("follows", &follows.parents)))
    }

    pub(super) fn check(&self) -> Result<(), RelationError> {
        let max = Relations::MAX_RULES;
        if self.requires.len() > max {
            return Err(RelationError::TooMany { what: "requires", max });
        }
        if self.groups.len() > max {
            return Err(RelationError::TooMany { what: "groups", max });
        }
        check_size("excludes", &self.excludes)?;
        self.sets().try_for_each(|(what, set)| self.check_set(what, set))
    }

    fn check_set(&self, what: &'static str, set: &ProductSet) -> Result<(), RelationError> {
        if set.is_empty() {
            return Err(RelationError::Nothing(what));
        }
        check_size(what, set)?;
        let ProductSet { products, categories } = &self.excludes;
        if set.products.is_subset(products) && set.categories.is_subset(categories) {
            return Err(RelationError::Contradiction(what));
        }
        Ok(())
    }
}

impl Relations {
    /// Checks that the rules of a product do not name the product itself, for hosts that read them from somewhere.
    ///
    /// # Errors
    /// [`RelationError::Itself`].
    pub fn check_of(&self, product: &ProductId) -> Result<(), RelationError> {
        let Some(rules) = self.rules() else { return Ok(()) };
        let mut sets = rules.sets().chain([("excludes", &rules.excludes)]);
        match sets.find(|(_, set)| set.products.contains(product)) {
            Some((what, _)) => Err(RelationError::Itself(what)),
            None => Ok(()),
        }
    }
}

fn check_size(what: &'static str, set: &ProductSet) -> Result<(), RelationError> {
    let max = Relations::MAX_NAMES;
    if set.len() > max { Err(RelationError::TooMany { what, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Relations, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    fn refused(json: &str, because: RelationError) {
        let error = read(json).unwrap_err();
        assert!(error.starts_with(&because.to_string()), "{json}: {error}");
    }

    #[test]
    fn no_rules_are_the_same_however_they_are_said() {
        for json in ["{}", r#"{"requires": [], "excludes": {}, "groups": []}"#] {
            assert_eq!(read(json), Ok(Relations::default()));
        }
        assert!(Relations::default().is_empty());
        assert_eq!(serde_json::to_string(&Relations::default()).unwrap(), "{}");
    }

    #[test]
    fn rules_read_what_they_wrote() {
        let json = r#"{"requires":[{"products":["plan"]},{"categories":["phones"]}],"excludes":{"products":["pager"]},"groups":["addon"],"follows":{"parents":{"products":["plan"]},"quantity":"equal"}}"#;
        assert_eq!(serde_json::to_string(&read(json).unwrap()).unwrap(), json);
    }

    #[test]
    fn a_set_names_something() {
        refused(r#"{"requires": [{}]}"#, RelationError::Nothing("requires"));
        refused(r#"{"follows": {"parents": {}}}"#, RelationError::Nothing("follows"));
    }

    #[test]
    fn sets_and_rules_are_bounded() {
        let rules = |names: usize, requires: usize, groups: usize| {
            let text = |n| format!("n{n}");
            let products = (0..names).map(|n| ProductId::new(text(n)).unwrap()).collect();
            let set = ProductSet { products, ..ProductSet::default() };
            let groups = (0..groups).map(|n| crate::id::ProductGroupId::new(text(n)).unwrap()).collect();
            Relations::new(RelationRules {
                requires: vec![set; requires],
                groups,
                ..RelationRules::default()
            })
        };
        assert!(rules(100, 20, 20).is_ok());
        let too_many = |what, max| Err(RelationError::TooMany { what, max });
        assert_eq!(rules(101, 1, 0), too_many("requires", 100));
        assert_eq!(rules(1, 21, 0), too_many("requires", 20));
        assert_eq!(rules(1, 0, 21), too_many("groups", 20));
    }

    #[test]
    fn what_is_required_or_followed_is_not_all_excluded() {
        let excluded = r#""excludes": {"products": ["plan"], "categories": ["sims"]}"#;
        for set in [r#"{"products": ["plan"]}"#, r#"{"categories": ["sims"], "products": ["plan"]}"#] {
            let requires = format!(r#"{{"requires": [{set}], {excluded}}}"#);
            refused(&requires, RelationError::Contradiction("requires"));
            let follows = format!(r#"{{"follows": {{"parents": {set}}}, {excluded}}}"#);
            refused(&follows, RelationError::Contradiction("follows"));
        }
        assert!(
            read(&format!(r#"{{"requires": [{{"products": ["plan", "bundle"]}}], {excluded}}}"#)).is_ok()
        );
    }

    #[test]
    fn unknown_fields_are_refused() {
        for json in [
            r#"{"need": []}"#,
            r#"{"excludes": {"kinds": ["plan"]}}"#,
            r#"{"follows": {"parents": {"products": ["plan"]}, "ratio": 2}}"#,
        ] {
            assert!(read(json).unwrap_err().contains("unknown field"), "{json}");
        }
    }

    #[test]
    fn a_product_does_not_name_itself() {
        let of = |json: &str| read(json).unwrap().check_of(&ProductId::new("sim").unwrap());
        assert_eq!(of(r#"{"requires": [{"products": ["sim"]}]}"#), Err(RelationError::Itself("requires")));
        assert_eq!(of(r#"{"excludes": {"products": ["sim"]}}"#), Err(RelationError::Itself("excludes")));
        assert_eq!(
            of(r#"{"follows": {"parents": {"products": ["sim"]}}}"#),
            Err(RelationError::Itself("follows"))
        );
        assert_eq!(of(r#"{"groups": ["sim"], "excludes": {"categories": ["sim"]}}"#), Ok(()));
    }
}
