//! What was used last.

use std::collections::HashMap;
use std::hash::Hash;

/// Keeps the most recently used entries, roughly: between half the capacity and all of it.
///
/// Entries live in two generations. Use moves an entry into the young one; when that is half the capacity, the old
/// one is dropped and the young one becomes old. Every operation takes constant time.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    half: usize,
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K: Hash + Eq + Clone, V: Clone> Recent<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { half: capacity.div_ceil(2), young: HashMap::new(), old: HashMap::new() }
    }

    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let value = self.old.remove(key)?;
        self.put(key.clone(), value.clone());
        Some(value)
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        if self.half == 0 {
            return;
        }
        self.old.remove(&key);
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let old = self.old.remove(key);
        self.young.remove(key).or(old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_than_its_capacity_and_keeps_what_is_used() {
        let mut recent = Recent::new(10);
        for n in 0..1000 {
            recent.put(n, n);
            assert_eq!(recent.get(&0), Some(0));
            assert!(recent.young.len() + recent.old.len() <= 10);
        }
        assert_eq!(recent.get(&999), Some(999));
        assert_eq!(recent.get(&500), None);
    }

    #[test]
    fn what_is_removed_is_gone_from_both_generations() {
        let mut recent = Recent::new(2);
        recent.put(1, "a");
        recent.put(2, "b");
        assert_eq!(recent.remove(&1), Some("a"));
        assert_eq!(recent.get(&1), None);
    }

    #[test]
    fn without_capacity_nothing_is_kept() {
        let mut recent = Recent::new(0);
        recent.put(1, 1);
        assert_eq!(recent.get(&1), None);
    }
}
