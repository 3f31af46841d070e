//! Capabilities by [OpenFeature](https://openfeature.dev): whatever keeps the host's other flags decides about these, too.

use std::fmt;

use async_trait::async_trait;
use cart_core::actor::Actor;
use cart_core::port::{Capability, Flags, targeting_key};
use open_feature::{Client, EvaluationContext};

/// Asks an OpenFeature client for the boolean flags that [`Capability::flag`] names, such as `cart.links`.
///
/// The targeting key is [`targeting_key`]'s, so that percentages are of users; `kind` is `user`, `guest`, `link_bearer` or `staff`, and
/// `company` the one that a user acts for. The system has every capability.
pub struct OpenFeatureFlags {
    client: Client,
    otherwise: bool,
}

impl fmt::Debug for OpenFeatureFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenFeatureFlags").field("otherwise", &self.otherwise).finish_non_exhaustive()
    }
}

impl OpenFeatureFlags {
    /// Asks this client. What it cannot say is as `otherwise` says: usually true for what has been there for everybody, false for
    /// what is being phased in.
    pub const fn new(client: Client, otherwise: bool) -> Self {
        Self { client, otherwise }
    }
}

#[async_trait]
impl Flags for OpenFeatureFlags {
    async fn is_on(&self, capability: Capability, actor: &Actor) -> bool {
        let Some(context) = context(actor) else { return true };
        let flag = capability.flag();
        self.client.get_bool_value(flag, Some(&context), None).await.unwrap_or_else(|error| {
            tracing::debug!(flag, ?error, "a flag cannot be asked for");
            self.otherwise
        })
    }
}

/// Who is asking, as flags are told.
fn context(actor: &Actor) -> Option<EvaluationContext> {
    let context = EvaluationContext::default().with_targeting_key(targeting_key(actor)?);
    Some(match actor {
        Actor::User { company: Some(company), .. } => {
            context.with_custom_field("kind", "user").with_custom_field("company", company.as_str())
        }
        Actor::User { company: None, .. } => context.with_custom_field("kind", "user"),
        Actor::Guest(_) => context.with_custom_field("kind", "guest"),
        Actor::LinkBearer(_) => context.with_custom_field("kind", "link_bearer"),
        Actor::Staff(_) => context.with_custom_field("kind", "staff"),
        Actor::System => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use cart_core::testing::samples::{user, user_for};
    use open_feature::provider::{FeatureProvider, ProviderMetadata, ResolutionDetails};
    use open_feature::{EvaluationError, EvaluationErrorCode, EvaluationResult, OpenFeature, StructValue};

    use super::*;

    type Asked = Arc<Mutex<Vec<(String, EvaluationContext)>>>;

    /// Gives links to Ann, and knows nothing else.
    struct OnlyAnn {
        metadata: ProviderMetadata,
        asked: Asked,
    }

    fn unknown<T>() -> EvaluationResult<T> {
        Err(EvaluationError { code: EvaluationErrorCode::FlagNotFound, message: None })
    }

    #[async_trait]
    impl FeatureProvider for OnlyAnn {
        fn metadata(&self) -> &ProviderMetadata {
            &self.metadata
        }

        async fn resolve_bool_value(
            &self,
            flag: &str,
            context: &EvaluationContext,
        ) -> EvaluationResult<ResolutionDetails<bool>> {
            self.asked.lock().unwrap().push((flag.to_owned(), context.clone()));
            if flag != "cart.links" {
                return unknown();
            }
            Ok(ResolutionDetails::new(context.targeting_key.as_deref() == Some("ann")))
        }

        async fn resolve_int_value(
            &self,
            _: &str,
            _: &EvaluationContext,
        ) -> EvaluationResult<ResolutionDetails<i64>> {
            unknown()
        }

        async fn resolve_float_value(
            &self,
            _: &str,
            _: &EvaluationContext,
        ) -> EvaluationResult<ResolutionDetails<f64>> {
            unknown()
        }

        async fn resolve_string_value(
            &self,
            _: &str,
            _: &EvaluationContext,
        ) -> EvaluationResult<ResolutionDetails<String>> {
            unknown()
        }

        async fn resolve_struct_value(
            &self,
            _: &str,
            _: &EvaluationContext,
        ) -> EvaluationResult<ResolutionDetails<StructValue>> {
            unknown()
        }
    }

    async fn flags(otherwise: bool) -> (OpenFeatureFlags, Asked) {
        let (mut api, asked) = (OpenFeature::default(), Asked::default());
        api.set_provider(OnlyAnn { metadata: ProviderMetadata::new("ann"), asked: asked.clone() }).await;
        (OpenFeatureFlags::new(api.create_client(), otherwise), asked)
    }

    #[tokio::test]
    async fn the_provider_decides_by_flag_and_user() {
        let (flags, asked) = flags(false).await;
        assert!(flags.is_on(Capability::Links, &user_for("ann", "acme")).await);
        assert!(!flags.is_on(Capability::Links, &user("bob")).await);
        let asked = asked.lock().unwrap();
        let (flag, context) = &asked[0];
        assert_eq!((flag.as_str(), context.targeting_key.as_deref()), ("cart.links", Some("ann")));
        assert_eq!(context.custom_fields["kind"].as_str(), Some("user"));
        assert_eq!(context.custom_fields["company"].as_str(), Some("acme"));
    }

    #[tokio::test]
    async fn what_the_provider_cannot_say_is_as_the_host_says() {
        for otherwise in [true, false] {
            let (flags, _) = flags(otherwise).await;
            assert_eq!(flags.is_on(Capability::Undo, &user("ann")).await, otherwise);
        }
    }

    #[tokio::test]
    async fn nobody_is_asked_about_the_system_and_no_secret_is_told() {
        let (flags, asked) = flags(false).await;
        assert!(flags.is_on(Capability::Links, &Actor::System).await);
        assert!(asked.lock().unwrap().is_empty());
        let token = cart_core::actor::GuestToken::from_random([7; 32]);
        let secret = token.reveal();
        assert!(!flags.is_on(Capability::Links, &Actor::Guest(token)).await);
        assert!(!format!("{:?}", asked.lock().unwrap()).contains(&secret));
    }
}
