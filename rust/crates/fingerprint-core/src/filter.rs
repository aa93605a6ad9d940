//! Says of most hashes that are not in a set that they are not, with one bit looked at.

pub(crate) struct Filter {
    bits: Vec<u64>,
}

impl Filter {
    pub(crate) fn for_hashes(count: usize) -> Self {
        Self { bits: vec![0; (count / 4).next_power_of_two()] }
    }

    /// Whether the hash, or another one, had its bit set before.
    pub(crate) fn insert(&mut self, hash: i64) -> bool {
        let (word, bit) = self.place(hash);
        self.bits.get_mut(word).is_some_and(|word| {
            let before = *word & bit != 0;
            *word |= bit;
            before
        })
    }

    pub(crate) fn may_have(&self, hash: i64) -> bool {
        let (word, bit) = self.place(hash);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Winnowing prefers hashes that are low, which says nothing of their lower bits.
    fn place(&self, hash: i64) -> (usize, u64) {
        let word = usize::try_from(hash.cast_unsigned() >> 6 & 0xffff_ffff).unwrap_or_default();
        (word & (self.bits.len() - 1), 1 << (hash & 63))
    }
}
