//! A checksum against damage, not against intent.

/// FNV-1a, 64 bits. Every step maps states one to one, so a single changed byte never goes unnoticed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checksum(u64);

impl Default for Checksum {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Checksum {
    /// Takes in a field, and its length, so that bytes do not move from one field to the next unnoticed.
    pub(crate) fn bytes(self, field: &[u8]) -> Self {
        let length = u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes();
        Self(
            length
                .iter()
                .chain(field)
                .fold(self.0, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)),
        )
    }

    /// The sum as SQLite keeps it.
    pub(crate) const fn finish(self) -> i64 {
        self.0.cast_signed()
    }
}
