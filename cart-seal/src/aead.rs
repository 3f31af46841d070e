//! The cipher: XChaCha20-Poly1305, and where its nonces come from.

use chacha20poly1305::{AeadInOut, Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};

pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;

/// The value did not come from the holder of the key, or not for these associated data.
#[derive(Debug)]
pub(crate) struct NotAuthentic;

/// Encrypts the buffer in place and returns the tag over it and the associated data.
pub(crate) fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE], data: &[u8], buffer: &mut [u8]) -> [u8; TAG] {
    let tag = cipher(key).encrypt_inout_detached(&XNonce::from(*nonce), data, buffer.into());
    #[expect(clippy::expect_used, reason = "only more than the 256 GiB of one key stream fail")]
    tag.expect("a value is shorter than 256 GiB").into()
}

/// Decrypts the buffer in place. A buffer that is not authentic is left as it is.
pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE],
    data: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), NotAuthentic> {
    cipher(key)
        .decrypt_inout_detached(&XNonce::from(*nonce), data, buffer.into(), &Tag::from(*tag))
        .map_err(|_| NotAuthentic)
}

/// A nonce that no value has had before. 192 random bits are enough never to meet one again.
pub(crate) fn fresh_nonce() -> [u8; NONCE] {
    let mut nonce = [0; NONCE];
    #[expect(
        clippy::disallowed_methods,
        reason = "a caller's randomness could repeat, which breaks the cipher"
    )]
    let filled = getrandom::fill(&mut nonce);
    #[expect(clippy::expect_used, reason = "a value sealed under a guessed nonce would not stay secret")]
    filled.expect("the operating system gives random bytes");
    nonce
}

/// The cipher wipes its copy of the key when it is dropped.
fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(<&Key>::from(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let mut bytes = [0; N];
        base16ct::lower::decode(hex, &mut bytes).unwrap();
        bytes
    }

    /// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn the_example_of_the_draft_comes_out() {
        let key = bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        let nonce = bytes("404142434445464748494a4b4c4d4e4f5051525354555657");
        let data: [u8; 12] = bytes("50515253c0c1c2c3c4c5c6c7");
        let plain =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
            sunscreen would be it.";

        let mut buffer = *plain;
        let tag = encrypt(&key, &nonce, &data, &mut buffer);
        let ciphertext: [u8; 114] = bytes(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
             731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
             2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
             21f9664c97637da9768812f615c68b13b52e",
        );
        assert_eq!(buffer, ciphertext);
        assert_eq!(tag, bytes("c0875924c1c7987947deafd8780acf49"));

        decrypt(&key, &nonce, &data, &mut buffer, &tag).unwrap();
        assert_eq!(buffer, *plain);
    }

    /// Holds only while the cipher's crates are built to wipe what they hold.
    #[test]
    fn the_cipher_wipes_its_key() {
        fn wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        wiped(&cipher(&[1; 32]));
    }

    #[test]
    fn nonces_do_not_repeat() {
        let mut nonces: Vec<_> = (0..1_000_000).map(|_| fresh_nonce()).collect();
        nonces.sort_unstable();
        nonces.dedup();
        assert_eq!(nonces.len(), 1_000_000);
    }

    #[test]
    fn what_is_not_authentic_is_not_decrypted() {
        let (key, nonce) = ([1; 32], [2; NONCE]);
        let mut buffer = *b"secret";
        let tag = encrypt(&key, &nonce, b"", &mut buffer);
        let sealed = buffer;
        decrypt(&key, &nonce, b"other", &mut buffer, &tag).unwrap_err();
        assert_eq!(buffer, sealed);
    }
}
