//! Signed text in compact form ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)), with HMAC-SHA256 alone.
//!
//! There is one algorithm and one key, chosen here and not by the token, and a token's own words are only read
//! after its signature holds. So `alg: none`, key confusion and key ids that name files have nothing to act on.

use std::fmt;

use base64::Engine as _;
// Refuses padding and stray trailing bits, so that a signature has one spelling.
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac_sha256::HMAC;
use serde::Deserialize;

use crate::json::decode;

/// The secret that bearer tokens are signed with.
#[derive(Clone)]
pub struct JwtSecret(Vec<u8>);

/// A secret that is too easy to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token secret is at least {} bytes", JwtSecret::MIN_BYTES)]
pub struct JwtSecretError;

impl JwtSecret {
    /// The fewest bytes of a secret: as many as the hash has ([RFC 7518, section 3.2][keys]).
    ///
    /// [keys]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
    pub const MIN_BYTES: usize = 32;

    /// Wraps a secret of at least [`Self::MIN_BYTES`] bytes, which should be random.
    ///
    /// # Errors
    /// [`JwtSecretError`] if it is shorter.
    pub fn new(secret: impl Into<Vec<u8>>) -> Result<Self, JwtSecretError> {
        let secret = secret.into();
        if secret.len() < Self::MIN_BYTES { Err(JwtSecretError) } else { Ok(Self(secret)) }
    }

    /// Signs `payload`.
    pub(super) fn seal(&self, payload: &[u8]) -> String {
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(HMAC::mac(signed.as_bytes(), &self.0));
        format!("{signed}.{signature}")
    }

    /// The payload of `token`, if it is signed with this secret and says nothing that changes its meaning.
    pub(super) fn open(&self, token: &str) -> Option<Vec<u8>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let signature: [u8; 32] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        if !HMAC::verify(signed.as_bytes(), &self.0, &signature) {
            return None;
        }
        let header: Header = decode(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if !header.is_plain() {
            return None;
        }
        URL_SAFE_NO_PAD.decode(payload).ok()
    }
}

impl fmt::Debug for JwtSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtSecret(..)")
    }
}

/// All that a header may say. Anything else, such as `crit`, `jwk` or `zip`, would change how to read the token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    kid: Option<String>,
}

impl Header {
    fn is_plain(&self) -> bool {
        let typed = |typ: &String| ["jwt", "at+jwt"].contains(&typ.to_ascii_lowercase().as_str());
        self.alg == "HS256" && self.typ.as_ref().is_none_or(typed) && self.kid.as_deref().is_none_or(is_name)
    }
}

/// The key id selects nothing here; one that looks like a path or a query is not from an honest issuer.
fn is_name(kid: &str) -> bool {
    (1..=128).contains(&kid.len())
        && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.1.
    const RFC_KEY: &str =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const RFC_TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn the_example_of_the_standard_opens() {
        let secret = JwtSecret::new(URL_SAFE_NO_PAD.decode(RFC_KEY).unwrap()).unwrap();
        let payload = secret.open(RFC_TOKEN).unwrap();
        assert!(payload.starts_with(br#"{"iss":"joe","#));
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_secret_only() {
        let token = JwtSecret::new([1; 32]).unwrap().seal(b"{}");
        assert_eq!(JwtSecret::new([1; 32]).unwrap().open(&token).unwrap(), b"{}");
        assert_eq!(JwtSecret::new([2; 32]).unwrap().open(&token), None);
    }

    #[test]
    fn no_changed_character_goes_unnoticed() {
        let secret = JwtSecret::new([1; 32]).unwrap();
        let token = secret.seal(br#"{"sub":"ann"}"#);
        for at in 0..token.len() {
            for other in ['A', 'B', '.', '=', '-'] {
                let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
                assert!(changed == token || secret.open(&changed).is_none(), "{changed}");
            }
        }
    }

    #[test]
    fn a_secret_is_long_and_never_shown() {
        assert_eq!(JwtSecret::new([7; 31]).unwrap_err(), JwtSecretError);
        assert_eq!(
            format!("{:?}", JwtSecret::new(*b"abcdefghijklmnopqrstuvwxyz012345").unwrap()),
            "JwtSecret(..)"
        );
    }
}
