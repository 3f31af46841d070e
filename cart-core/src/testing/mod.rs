//! Tools for testing stores and rules.
