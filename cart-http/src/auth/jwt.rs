//! Bearer tokens.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use cart_core::actor::Actor;
use cart_core::id::{CompanyId, UserId};
use cart_core::port::Clock;

use super::claims::{Audience, Claims, Expected};
use super::jws::JwtSecret;
use super::{AuthError, Authenticator};
use crate::json::decode;

/// Users who bear a JSON Web Token ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)) signed with HS256, in
/// `Authorization: Bearer`.
///
/// | claim | meaning |
/// |---|---|
/// | `sub` | the user's id, 1 to 128 characters; required |
/// | `exp` | when the token ends, in whole seconds since 1970, exclusive; required |
/// | `nbf` | when it begins, inclusive |
/// | `company` | the company for which the user acts, 1 to 128 characters |
/// | `iss` | must be the [`issuer`](Self::issuer) if that is set |
/// | `aud` | must name the [`audience`](Self::audience); where none is set, a token must not name one |
///
/// The algorithm and the key are fixed here and never taken from the token. Time comes from the clock port.
#[derive(Debug)]
pub struct JwtAuthenticator {
    secret: JwtSecret,
    clock: Arc<dyn Clock>,
    expected: Expected,
}

impl JwtAuthenticator {
    /// An authenticator for tokens signed with `secret`.
    pub fn new(secret: JwtSecret, clock: Arc<dyn Clock>) -> Self {
        Self { secret, clock, expected: Expected::default() }
    }

    /// Takes tokens of this issuer only.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.expected.issuer = Some(issuer.into());
        self
    }

    /// Takes tokens for this audience only.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.expected.audience = Some(audience.into());
        self
    }

    /// Makes a token that this authenticator takes for `lifetime` from now, in whole seconds. For demos and
    /// tests: a shop's tokens come from where its users sign in.
    pub fn mint(&self, user: &UserId, company: Option<&CompanyId>, lifetime: Duration) -> String {
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let claims = Claims {
            sub: user.clone(),
            exp: self.clock.now().timestamp().saturating_add(lifetime),
            nbf: None,
            iss: self.expected.issuer.clone(),
            aud: Audience(self.expected.audience.iter().cloned().collect()),
            company: company.cloned(),
        };
        // Plain strings and numbers always have a JSON form.
        self.secret.seal(&serde_json::to_vec(&claims).unwrap_or_default())
    }

    fn read(&self, token: &str) -> Result<Actor, &'static str> {
        let payload = self.secret.open(token).ok_or("not signed by us")?;
        let claims: Claims = decode(&payload).map_err(|_| "claims cannot be read")?;
        claims.check(self.clock.now(), &self.expected)?;
        Ok(claims.into_actor())
    }
}

#[async_trait]
impl Authenticator for JwtAuthenticator {
    async fn authenticate(&self, request: &Parts) -> Result<Actor, AuthError> {
        let token = bearer(&request.headers)?;
        self.read(token).map_err(|reason| AuthError::Refused { reason })
    }
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Result<&str, AuthError> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = all.next() else { return Err(AuthError::Missing) };
    if all.next().is_some() {
        return Err(AuthError::Refused { reason: "two credentials" });
    }
    token(value).ok_or(AuthError::Missing)
}

fn token(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use cart_core::testing::ManualClock;
    use chrono::DateTime;
    use hmac_sha256::HMAC;
    use serde_json::{Value, json};

    use super::*;

    const SECRET: [u8; 32] = *b"a secret of thirty-two bytes, ok";
    const NOW: i64 = 1_800_000_000;
    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    fn clock() -> Arc<ManualClock> {
        let clock = ManualClock::default();
        clock.set(DateTime::from_timestamp(NOW, 999_999_999).unwrap());
        Arc::new(clock)
    }

    fn authenticator() -> JwtAuthenticator {
        JwtAuthenticator::new(JwtSecret::new(SECRET).unwrap(), clock()).issuer("shop").audience("cart")
    }

    fn ann() -> Value {
        json!({"sub": "ann", "exp": NOW + 1, "iss": "shop", "aud": "cart"})
    }

    fn ann_with(claim: &str, value: Value) -> Value {
        let mut claims = ann();
        claims[claim] = value;
        claims
    }

    fn ann_without(claim: &str) -> Value {
        let mut claims = ann();
        claims.as_object_mut().unwrap().remove(claim);
        claims
    }

    fn signed(header: &str, claims: &str) -> String {
        signed_with(&SECRET, header, claims)
    }

    fn signed_with(secret: &[u8], header: &str, claims: &str) -> String {
        let (header, claims) = (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(HMAC::mac(format!("{header}.{claims}"), secret));
        format!("{header}.{claims}.{signature}")
    }

    fn token_of(claims: &Value) -> String {
        signed(HEADER, &claims.to_string())
    }

    async fn ask(authenticator: &JwtAuthenticator, headers: &[&str]) -> Result<Actor, AuthError> {
        let mut request = Request::new(());
        for value in headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request.headers_mut().append(header::AUTHORIZATION, value);
        }
        authenticator.authenticate(&request.into_parts().0).await
    }

    async fn bear(token: &str) -> Result<Actor, AuthError> {
        ask(&authenticator(), &[&format!("Bearer {token}")]).await
    }

    fn user(id: &str) -> Actor {
        Actor::user(UserId::new(id).unwrap())
    }

    #[tokio::test]
    async fn a_good_token_proves_its_user() {
        assert_eq!(bear(&token_of(&ann())).await.unwrap(), user("ann"));
        let more = [
            ann_with("nbf", json!(NOW)),
            ann_with("aud", json!(["other", "cart"])),
            ann_with("role", json!({"admin": true})),
            ann_with("company", Value::Null),
        ];
        for claims in more {
            assert_eq!(bear(&token_of(&claims)).await.unwrap(), user("ann"), "{claims}");
        }
        for header in [r#"{"alg":"HS256"}"#, r#"{"typ":"at+JWT","alg":"HS256","kid":"2026-01_a"}"#] {
            assert!(bear(&signed(header, &ann().to_string())).await.is_ok(), "{header}");
        }
    }

    #[tokio::test]
    async fn the_company_is_the_one_the_token_names() {
        let actor = bear(&token_of(&ann_with("company", json!("acme")))).await.unwrap();
        let company = Some(CompanyId::new("acme").unwrap());
        assert_eq!(actor, Actor::User { user: UserId::new("ann").unwrap(), company });
    }

    #[tokio::test]
    async fn a_minted_token_is_taken_while_it_lasts() {
        let (ann, acme) = (UserId::new("ann").unwrap(), CompanyId::new("acme").unwrap());
        let token = authenticator().mint(&ann, Some(&acme), Duration::from_secs(1));
        assert_eq!(bear(&token).await.unwrap(), Actor::User { user: ann.clone(), company: Some(acme) });
        assert!(bear(&authenticator().mint(&ann, None, Duration::ZERO)).await.is_err());
    }

    #[tokio::test]
    async fn claims_that_do_not_hold_are_refused() {
        let table = [
            ann_with("exp", json!(NOW)),
            ann_with("exp", json!(0)),
            ann_with("exp", json!(-1)),
            ann_with("exp", json!((NOW + 1).to_string())),
            ann_with("exp", json!(null)),
            ann_with("exp", json!(1e300)),
            ann_with("exp", json!(u64::MAX)),
            ann_without("exp"),
            ann_with("nbf", json!(NOW + 1)),
            ann_with("nbf", json!("soon")),
            ann_with("iss", json!("Shop")),
            ann_with("iss", json!(["shop"])),
            ann_without("iss"),
            ann_with("aud", json!("other")),
            ann_with("aud", json!([])),
            ann_with("aud", json!(["cart", 1])),
            ann_with("aud", json!({"cart": true})),
            ann_without("aud"),
            ann_with("sub", json!("")),
            ann_with("sub", json!("a\u{0}")),
            ann_with("sub", json!("x".repeat(129))),
            ann_with("sub", json!(7)),
            ann_without("sub"),
            ann_with("company", json!("")),
            ann_with("company", json!(["acme"])),
            json!([ann()]),
            json!("ann"),
            json!(null),
        ];
        for claims in table {
            let refused = bear(&token_of(&claims)).await;
            assert!(matches!(refused, Err(AuthError::Refused { .. })), "{claims}: {refused:?}");
        }
    }

    #[tokio::test]
    async fn tokens_that_choose_their_own_reading_are_refused() {
        let claims = ann().to_string();
        let none = |alg| format!("{}.{}.", URL_SAFE_NO_PAD.encode(alg), URL_SAFE_NO_PAD.encode(&claims));
        let good = signed(HEADER, &claims);
        let (body, signature) = good.rsplit_once('.').unwrap();
        let table = [
            none(r#"{"alg":"none"}"#),
            none(r#"{"alg":"HS256"}"#),
            signed(r#"{"alg":"none"}"#, &claims),
            signed(r#"{"alg":"NONE"}"#, &claims),
            signed(r#"{"alg":"hs256"}"#, &claims),
            signed(r#"{"alg":"HS384"}"#, &claims),
            signed(r#"{"alg":"RS256"}"#, &claims),
            signed(r#"{"alg":["HS256"]}"#, &claims),
            signed(r#"{"alg":"HS256","alg":"none"}"#, &claims),
            signed(r#"{"typ":"JWT"}"#, &claims),
            signed(r#"{"alg":"HS256","typ":"JWE"}"#, &claims),
            signed(r#"{"alg":"HS256","cty":"JWT"}"#, &claims),
            signed(r#"{"alg":"HS256","crit":["exp"]}"#, &claims),
            signed(r#"{"alg":"HS256","b64":false}"#, &claims),
            signed(r#"{"alg":"HS256","zip":"DEF"}"#, &claims),
            signed(r#"{"alg":"HS256","jku":"http://x"}"#, &claims),
            signed(r#"{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}"#, &claims),
            signed(r#"{"alg":"HS256","kid":"../../dev/null"}"#, &claims),
            signed(r#"{"alg":"HS256","kid":"x' UNION SELECT 'y"}"#, &claims),
            signed(r#"{"alg":"HS256","kid":""}"#, &claims),
            signed_with(b"", r#"{"alg":"HS256","kid":"/dev/null"}"#, &claims),
            signed_with(b"another secret of thirty-two byte", HEADER, &claims),
            signed_with(&SECRET[..31], HEADER, &claims),
            signed("not json", &claims),
            signed("", &claims),
            signed(r#"["HS256"]"#, &claims),
            signed(HEADER, r#"["ann", 9000000000, null, "shop", "cart"]"#),
            signed(HEADER, "not json"),
            signed(HEADER, ""),
            signed(HEADER, r#"{"sub":"bob","sub":"ann","exp":1800000001,"iss":"shop","aud":"cart"}"#),
            signed(HEADER, &format!("{claims}{claims}")),
            String::new(),
            ".".into(),
            "..".into(),
            "a.b.c".into(),
            body.into(),
            format!("{body}."),
            format!("{good}="),
            format!("{good}."),
            format!("{good}.{signature}"),
            format!(".{good}"),
            format!("{good} "),
            format!("{good},{good}"),
            good.replace('.', ":"),
            good.to_uppercase(),
            format!("{body}.{}", &signature[..42]),
        ];
        assert!(table.len() >= 40);
        for token in table {
            let refused = bear(&token).await;
            assert!(matches!(refused, Err(AuthError::Refused { .. })), "{token}: {refused:?}");
        }
    }

    #[tokio::test]
    async fn other_credentials_are_as_good_as_none() {
        let good = token_of(&ann());
        let basic = format!("Basic {good}");
        for header in ["", "Bearer", "bearer:x", &good, &basic, "Bearer\tx", "Bearer \u{e9}"] {
            let missing = ask(&authenticator(), &[header]).await;
            assert!(matches!(missing, Err(AuthError::Missing)), "{header}: {missing:?}");
        }
        assert!(matches!(ask(&authenticator(), &[]).await, Err(AuthError::Missing)));
    }

    #[tokio::test]
    async fn the_scheme_has_no_case_and_comes_once() {
        let bearer = format!("bEaReR  {}", token_of(&ann()));
        assert!(ask(&authenticator(), &[&bearer]).await.is_ok());
        let twice = ask(&authenticator(), &[&bearer, &bearer]).await;
        assert!(matches!(twice, Err(AuthError::Refused { .. })));
    }

    #[tokio::test]
    async fn without_an_audience_of_its_own_it_takes_no_token_meant_for_another() {
        let open = JwtAuthenticator::new(JwtSecret::new(SECRET).unwrap(), clock());
        let bearer = |claims: &Value| format!("Bearer {}", token_of(claims));
        assert!(ask(&open, &[&bearer(&ann())]).await.is_err());
        assert!(ask(&open, &[&bearer(&ann_without("aud"))]).await.is_ok());
    }

    #[test]
    fn its_debug_output_holds_no_secret() {
        let shown = format!("{:?}", authenticator());
        assert!(!shown.contains("thirty-two") && !shown.contains("97, 32"), "{shown}");
    }
}
