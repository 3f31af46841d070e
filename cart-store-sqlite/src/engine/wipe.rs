//! Wiping what SQLite leaves behind in pages that are in use.
//!
//! What is deleted or replaced is overwritten with zeros (`secure_delete`), but when rows move to another page, a copy
//! may stay in the part of the old one that no row is in. That part is wiped here, in the file itself: SQLite neither
//! reads it nor relies on what is in it, and a crash on the way harms nothing.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::Fault;

/// Which statements say whether there is something to wipe, and note that it is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remnants {
    /// Selects 1 if there is something to wipe, and 0 if not.
    pub(crate) are_there: &'static str,
    /// Forgets that there was.
    pub(crate) forget: &'static str,
}

impl Remnants {
    pub(super) fn are_there(&self, connection: &Connection) -> rusqlite::Result<bool> {
        connection.query_row(self.are_there, [], |row| row.get(0))
    }
}

/// Wipes all pages of trees, while the log is empty and nobody else writes.
pub(super) fn wipe(writer: &Connection, file: &File, remnants: &Remnants) -> Result<(), Fault> {
    let transaction = Transaction::new_unchecked(writer, TransactionBehavior::Immediate)?;
    let pages = Pages::of(&transaction, file)?;
    let roots = roots(&transaction)?;
    pages.wipe_trees(roots).map_err(Fault::from_io)?;
    drop(transaction);
    // Pages kept in memory have what was wiped, and would bring it back when they are written next.
    writer.execute_batch("PRAGMA shrink_memory")?;
    writer.execute_batch(remnants.forget)?;
    Ok(())
}

fn roots(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<u32>> {
    let sql = "SELECT 1 UNION SELECT rootpage FROM sqlite_schema WHERE rootpage > 0";
    transaction.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// The pages of a database file.
struct Pages<'a> {
    file: &'a File,
    bytes: usize,
    count: u64,
}

impl<'a> Pages<'a> {
    fn of(transaction: &Transaction<'_>, file: &'a File) -> Result<Self, Fault> {
        let number = |pragma| transaction.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0));
        let (bytes, count) = (number("page_size")?, number("page_count")?);
        let bytes = usize::try_from(bytes).map_err(|_| Fault::from_io(broken()))?;
        Ok(Self { file, bytes, count: count.into() })
    }

    fn wipe_trees(&self, roots: Vec<u32>) -> io::Result<()> {
        let (mut due, mut seen) = (roots, 0);
        let mut page = vec![0; self.bytes];
        while let Some(number) = due.pop() {
            seen += 1;
            if seen > self.count {
                return Err(broken()); // a page is in two places
            }
            self.read(number, &mut page)?;
            let tree = TreePage::parse(number, &page).ok_or_else(broken)?;
            due.extend(tree.children(&page).ok_or_else(broken)?);
            let unused = page.get(tree.unused.clone()).ok_or_else(broken)?;
            if unused.iter().any(|byte| *byte != 0) {
                self.clear(number, &tree.unused)?;
            }
        }
        self.file.sync_data()
    }

    fn place(&self, number: u32) -> u64 {
        u64::from(number.saturating_sub(1)).saturating_mul(self.bytes as u64)
    }

    fn read(&self, number: u32, page: &mut [u8]) -> io::Result<()> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.place(number)))?;
        file.read_exact(page)
    }

    fn clear(&self, number: u32, unused: &Range<usize>) -> io::Result<()> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.place(number) + unused.start as u64))?;
        file.write_all(&vec![0; unused.len()])
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a page of the database is not as it should be")
}

/// A page of a tree, as section 1.6 of SQLite's description of its file format has it.
#[derive(Debug, PartialEq, Eq)]
struct TreePage {
    /// Where the places of the cells stand.
    cells: Range<usize>,
    /// The right-most page below this one; none if it has no pages below it.
    last_child: Option<u32>,
    /// What lies between the places of the cells and the cells.
    unused: Range<usize>,
}

impl TreePage {
    fn parse(number: u32, page: &[u8]) -> Option<Self> {
        // The first page begins with the header of the file.
        let start = if number == 1 { 100 } else { 0 };
        let header = page.get(start..)?;
        let (length, last_child) = match header.first()? {
            2 | 5 => (12, Some(u32::from_be_bytes(header.get(8..12)?.try_into().ok()?))),
            10 | 13 => (8, None),
            _ => return None,
        };
        let (count, content) = (two(header, 3)?, two(header, 5)?);
        let content = if content == 0 { 65_536 } else { content };
        let cells = start + length..start + length + 2 * count;
        let unused = cells.end..content;
        (unused.start <= unused.end && unused.end <= page.len()).then_some(Self { cells, last_child, unused })
    }

    /// The pages below this one.
    fn children(&self, page: &[u8]) -> Option<Vec<u32>> {
        let Some(last) = self.last_child else { return Some(Vec::new()) };
        let (places, _) = page.get(self.cells.clone())?.as_chunks::<2>();
        let child = |place: &[u8; 2]| {
            let cell = usize::from(u16::from_be_bytes(*place));
            Some(u32::from_be_bytes(page.get(cell..cell + 4)?.try_into().ok()?))
        };
        places.iter().map(child).chain([Some(last)]).collect()
    }
}

fn two(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of 512 bytes with this header, and cells from byte 500 on.
    fn page(header: &[u8]) -> Vec<u8> {
        let mut page = vec![7; 512];
        page[..header.len()].copy_from_slice(header);
        page
    }

    #[test]
    fn what_lies_between_the_places_of_the_cells_and_the_cells_is_unused() {
        let leaf = page(&[13, 0, 0, 0, 2, 1, 0xf4, 0]);
        let found = TreePage::parse(2, &leaf).unwrap();
        assert_eq!(found, TreePage { cells: 8..12, last_child: None, unused: 12..500 });
        assert_eq!(found.children(&leaf), Some(vec![]));
        let mut above = page(&[5, 0, 0, 0, 1, 1, 0xf4, 0, 0, 0, 0, 9, 1, 0xf4]);
        above[500..504].copy_from_slice(&[0, 0, 1, 2]);
        let found = TreePage::parse(2, &above).unwrap();
        assert_eq!(found, TreePage { cells: 12..14, last_child: Some(9), unused: 14..500 });
        assert_eq!(found.children(&above), Some(vec![258, 9]));
    }

    #[test]
    fn what_is_no_page_of_a_tree_is_not_touched() {
        for header in [
            [0, 0, 0, 0, 2, 1, 0xf4, 0], // of no kind
            [13, 0, 0, 0, 2, 0, 11, 0],  // cells among their places
            [13, 0, 0, 0, 2, 2, 1, 0],   // cells beyond the end
            [13, 0, 0, 0xff, 0xff, 1, 0xf4, 0],
        ] {
            assert_eq!(TreePage::parse(2, &page(&header)), None, "{header:?}");
        }
        assert_eq!(TreePage::parse(2, &[13, 0]), None);
    }

    #[test]
    fn a_page_below_that_is_not_in_the_page_is_noticed() {
        let above = page(&[2, 0, 0, 0, 1, 1, 0xf4, 0, 0, 0, 0, 9, 1, 0xff]);
        assert_eq!(TreePage::parse(2, &above).unwrap().children(&above), None);
    }
}
