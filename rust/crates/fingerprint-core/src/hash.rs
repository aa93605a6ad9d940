//! Hashes in arithmetic that PHP has too: 32-bit factors below 2^31, whose products fit its signed integers, and 64-bit
//! rotations. They spread, and keep no secret.

const HIGH: u32 = 0x51ed_270b;
const LOW: u32 = 0x2545_f491;

/// A permutation of the 32-bit numbers.
pub(crate) const fn spread(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x45d9_f3b5);
    x ^ (x >> 16)
}

/// The hash of a letter with its marks, one character after the other.
#[derive(Clone, Copy)]
pub(crate) struct Letters {
    high: u32,
    low: u32,
}

impl Letters {
    pub(crate) const fn of(code: u32) -> Self {
        Self { high: HIGH, low: LOW }.and(code)
    }

    pub(crate) const fn and(self, code: u32) -> Self {
        Self { high: spread(self.high ^ code), low: spread(self.low.wrapping_add(code)) }
    }

    pub(crate) const fn from_value(value: u64) -> Self {
        Self { high: (value >> 32) as u32, low: (value & 0xffff_ffff) as u32 }
    }

    pub(crate) const fn value(self) -> u64 {
        (self.high as u64) << 32 | self.low as u64
    }
}

/// The hash of the last `k` values, by cyclic polynomial: one rotation for each letter that comes after.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rolling(u64);

impl Rolling {
    /// The oldest is 0 until there are `k`.
    pub(crate) const fn push(&mut self, value: u64, oldest: u64, k: u32) {
        self.0 = self.0.rotate_left(1) ^ oldest.rotate_left(k) ^ value;
    }

    /// Signed, as PHP's integers and the columns of a database are.
    pub(crate) const fn value(self) -> i64 {
        self.0.cast_signed()
    }
}
