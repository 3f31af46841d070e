//! The tables, one file of plain SQL for each step from an empty database to the newest schema.

use rusqlite_migration::M;

/// The steps in order; a file counts how many of them it has seen. A released step never changes.
pub(crate) const MIGRATIONS: &[M<'_>] = &[M::up(include_str!("../migrations/0001_carts.sql"))];
