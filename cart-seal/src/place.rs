//! Where a value belongs.

use std::fmt;

/// The place that a sealed value belongs to: a column of a row of a table.
///
/// It is not kept in the sealed value; whoever opens it names it again. Renaming a table or column therefore makes its
/// values unreadable until they are sealed anew: name them by constants that do not follow the schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    table: &'a str,
    column: &'a str,
    row: &'a [&'a [u8]],
}

impl<'a> Place<'a> {
    /// Names a place. `row` are the parts of the row's primary key, in a fixed order.
    pub const fn new(table: &'a str, column: &'a str, row: &'a [&'a [u8]]) -> Self {
        Self { table, column, row }
    }

    /// Appends an encoding that no other place has: each part after its length.
    pub(crate) fn encode(&self, data: &mut Vec<u8>) {
        let names = [self.table.as_bytes(), self.column.as_bytes()];
        for part in names.iter().chain(self.row) {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        }
    }
}

/// Shows the table and column only: the key of a row may name a person.
impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({}.{})", self.table, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_read_alike_are_encoded_apart() {
        let places = [
            Place::new("ab", "c", &[]),
            Place::new("a", "bc", &[]),
            Place::new("abc", "", &[]),
            Place::new("a", "b", &[b"c"]),
            Place::new("a", "b", &[b"c", b""]),
            Place::new("a", "b", &[b"", b"c"]),
            Place::new("a", "b", &[b"cd"]),
            Place::new("a", "b", &[b"c", b"d"]),
            Place::new("a", "b", &[b"d", b"c"]),
            // The key of one row spells the encoding of another's two parts.
            Place::new("a", "b", &[b"c\0\0\0\0\0\0\0\x01d"]),
        ];
        let encoded: std::collections::HashSet<_> = places
            .iter()
            .map(|place| {
                let mut data = Vec::new();
                place.encode(&mut data);
                data
            })
            .collect();
        assert_eq!(encoded.len(), places.len());
    }

    #[test]
    fn debug_does_not_show_the_row() {
        assert_eq!(format!("{:?}", Place::new("cart", "name", &[b"ann@example.com"])), "Place(cart.name)");
    }
}
