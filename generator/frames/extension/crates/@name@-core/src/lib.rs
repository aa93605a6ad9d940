//! How many characters and lines a text has. Nothing here touches the world or knows PHP.
#![forbid(unsafe_code)]

use std::fmt;

/// The longest text, in bytes.
pub const MOST_BYTES: usize = 4 << 20;

/// What is counted of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    /// Code points.
    pub characters: usize,
    /// Pieces between line feeds; an empty text is one.
    pub lines: usize,
    /// The characters of the longest line.
    pub longest: usize,
}

/// Why a text is not measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooLong(pub usize);

impl fmt::Display for TooLong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "it has {} bytes, more than {MOST_BYTES}", self.0)
    }
}

/// The size of a text.
///
/// # Errors
/// `TooLong` for more than `MOST_BYTES` bytes.
pub fn size(text: &str) -> Result<Size, TooLong> {
    if text.len() > MOST_BYTES {
        return Err(TooLong(text.len()));
    }
    let mut size = Size { characters: text.chars().count(), lines: 0, longest: 0 };
    for line in text.split('\n') {
        size.lines += 1;
        size.longest = size.longest.max(line.chars().count());
    }
    Ok(size)
}
