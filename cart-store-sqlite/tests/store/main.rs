//! The store through its public face, and its file through SQLite alone.

mod laws;
