//! Which characters are letters, and as which they are compared: compatibility decomposition and full case folding, of one
//! version of Unicode. PHP has the very same table, so that it does not matter which version, if any, its own libraries know.

use std::sync::LazyLock;

const TABLE: &str = include_str!("letters.txt");
const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;

/// What becomes of a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Letter {
    /// It is compared as it is.
    #[default]
    Itself,
    /// It is compared as another one, which is compared as it is.
    As(char),
    /// It is neither letter nor number, and marks that follow belong to it.
    Dropped,
    /// It cannot be seen, and is as if it were not there.
    Skipped,
    /// It belongs to the letter before, and is sorted among its marks by this class.
    Mark(u8),
    /// It is compared as several, each of which is none of the last or [`Letter::As`].
    Several(u16),
}

pub(crate) struct Letters {
    /// Most of Unicode's pages say nothing, and have no entry.
    pages: Vec<Option<Box<[Letter; PAGE]>>>,
    several: Vec<Vec<char>>,
}

/// A table that cannot be read has no letters that become others; a test reads the whole of it.
pub(crate) static LETTERS: LazyLock<Letters> = LazyLock::new(|| Letters::parse(TABLE).unwrap_or_else(Letters::empty));

impl Letters {
    pub(crate) fn of(&self, letter: char) -> Letter {
        let (page, place) = place(letter.into());
        self.pages.get(page).and_then(Option::as_deref).and_then(|page| page.get(place)).copied().unwrap_or_default()
    }

    pub(crate) fn several(&self, index: u16) -> &[char] {
        self.several.get(usize::from(index)).map(Vec::as_slice).unwrap_or_default()
    }

    fn empty() -> Self {
        Self { pages: vec![None; PAGES], several: Vec::new() }
    }

    fn parse(table: &str) -> Option<Self> {
        let mut letters = Self::empty();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut tokens = line.split(' ');
            match tokens.next()? {
                "drop" => tokens.try_for_each(|token| letters.set_all(token, Letter::Dropped))?,
                "skip" => tokens.try_for_each(|token| letters.set_all(token, Letter::Skipped))?,
                "mark" => {
                    let class = tokens.next()?.parse().ok()?;
                    tokens.try_for_each(|token| letters.set_all(token, Letter::Mark(class)))?;
                }
                "fold" => tokens.try_for_each(|token| letters.fold(token))?,
                _ => return None,
            }
        }
        Some(letters)
    }

    fn set(&mut self, code: u32, letter: Letter) -> Option<()> {
        let (page, place) = place(code);
        let page = self.pages.get_mut(page)?.get_or_insert_with(|| Box::new([Letter::Itself; PAGE]));
        *page.get_mut(place)? = letter;
        Some(())
    }

    fn set_all(&mut self, token: &str, letter: Letter) -> Option<()> {
        let (first, last) = range(token)?;
        (first..=last).try_for_each(|code| self.set(code, letter))
    }

    /// `A=B`, a range `A-B=C` to one of the same length, or `A=B,C` to several.
    fn fold(&mut self, token: &str) -> Option<()> {
        let (from, to) = token.split_once('=')?;
        let (first, last) = range(from)?;
        let several: Option<Vec<char>> = to.split(',').map(|code| char::from_u32(hex(code)?)).collect();
        match several?.as_slice() {
            &[to] => (first..=last).try_for_each(|code| {
                let letter = Letter::As(char::from_u32(u32::from(to) + code - first)?);
                self.set(code, letter)
            }),
            several => {
                self.several.push(several.to_vec());
                self.set(first, Letter::Several(u16::try_from(self.several.len() - 1).ok()?))
            }
        }
    }
}

fn place(code: u32) -> (usize, usize) {
    let code = usize::try_from(code).unwrap_or(usize::MAX);
    (code / PAGE, code % PAGE)
}

fn range(token: &str) -> Option<(u32, u32)> {
    let (first, last) = token.split_once('-').unwrap_or((token, token));
    Some((hex(first)?, hex(last)?))
}

fn hex(code: &str) -> Option<u32> {
    u32::from_str_radix(code, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, Letter, Letters, TABLE};

    #[test]
    fn the_whole_table_is_read() {
        assert!(Letters::parse(TABLE).is_some());
        assert!(Letters::parse("fold 41=XYZ").is_none() && Letters::parse("keep 41").is_none());
    }

    #[test]
    fn what_letters_become_is_not_looked_up_again() {
        let is_final = |letter: char| {
            matches!(LETTERS.of(letter), Letter::Itself | Letter::Dropped | Letter::Skipped | Letter::Mark(_))
        };
        for letter in '\0'..=char::MAX {
            match LETTERS.of(letter) {
                Letter::As(to) => assert!(is_final(to), "{letter:?}"),
                Letter::Several(index) => assert!(LETTERS.several(index).iter().copied().all(is_final), "{letter:?}"),
                _ => {}
            }
        }
    }
}
