//! A text as what is compared of it: letters with their marks, in order, and where each stands.

use crate::hash;
use crate::letters::{LETTERS, Letter, Letters};
use std::sync::LazyLock;

/// A letter with its marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its hash: the same for what is compared as the same.
    pub value: u64,
    /// The byte at which it begins in the text.
    pub start: u32,
    /// The byte after it. Letters that one character becomes (`ﬁ`) share its place.
    pub end: u32,
}

const YPOGEGRAMMENI: char = '\u{345}';
const IOTA: char = 'ι';

/// The hashes of ASCII's letters and digits, which are most of many texts.
static ASCII: LazyLock<[Option<u64>; 128]> = LazyLock::new(|| {
    let value = |letter: char| match LETTERS.of(letter) {
        Letter::Itself => Some(hash::Letters::of(letter.into()).value()),
        Letter::As(letter) => Some(hash::Letters::of(letter.into()).value()),
        _ => None,
    };
    let mut values = [None; 128];
    ('\0'..).zip(&mut values).for_each(|(letter, at)| *at = value(letter));
    values
});

/// Hand each unit of a text to `take`. Of texts longer than 4 GiB only that much is read.
pub fn units(text: &str, take: impl FnMut(Unit)) {
    let mut reader = Reader { letters: &LETTERS, pending: None, marks: Vec::new(), take };
    let ascii = &*ASCII;
    let mut start = 0_u32;
    for letter in text.chars() {
        let Some(end) = u32::try_from(letter.len_utf8()).ok().and_then(|length| start.checked_add(length)) else {
            break;
        };
        match usize::try_from(u32::from(letter)).ok().and_then(|code| ascii.get(code)) {
            Some(&Some(value)) => reader.begin(value, start, end),
            Some(None) => reader.finish(),
            None => reader.read(letter, start, end),
        }
        start = end;
    }
    reader.finish();
}

struct Pending {
    /// The hash so far: the letter's.
    value: u64,
    start: u32,
    end: u32,
}

struct Reader<'a, T> {
    letters: &'a Letters,
    /// The last letter, as marks may follow; none after what is dropped, whose marks are dropped too.
    pending: Option<Pending>,
    marks: Vec<(u8, char)>,
    take: T,
}

impl<T: FnMut(Unit)> Reader<'_, T> {
    fn read(&mut self, letter: char, start: u32, end: u32) {
        match self.letters.of(letter) {
            Letter::As(letter) => self.read_one(letter, start, end),
            Letter::Several(index) => {
                self.letters.several(index).iter().for_each(|&one| self.read_one(one, start, end));
            }
            Letter::Itself if ('가'..='힣').contains(&letter) => self.read_syllable(letter, start, end),
            _ => self.read_one(letter, start, end),
        }
    }

    fn read_one(&mut self, letter: char, start: u32, end: u32) {
        match self.letters.of(letter) {
            Letter::Dropped => self.finish(),
            Letter::Skipped => {}
            Letter::Mark(class) => {
                if let Some(pending) = &mut self.pending {
                    pending.end = end;
                    self.marks.push((class, letter));
                }
            }
            _ => self.begin(hash::Letters::of(letter.into()).value(), start, end),
        }
    }

    /// A syllable of Korean is its two or three letters, by arithmetic and not by a table.
    fn read_syllable(&mut self, syllable: char, start: u32, end: u32) {
        let index = u32::from(syllable) - 0xac00;
        let letters = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11a7 + index % 28];
        let count = if index.is_multiple_of(28) { 2 } else { 3 };
        letters
            .into_iter()
            .take(count)
            .filter_map(char::from_u32)
            .for_each(|letter| self.begin(hash::Letters::of(letter.into()).value(), start, end));
    }

    fn begin(&mut self, value: u64, start: u32, end: u32) {
        self.finish();
        self.pending = Some(Pending { value, start, end });
    }

    fn finish(&mut self) {
        let Some(Pending { value, start, end }) = self.pending.take() else { return };
        if self.marks.is_empty() {
            (self.take)(Unit { value, start, end });
        } else {
            self.finish_marked(value, start, end);
        }
    }

    /// The marks in canonical order. An iota subscript, which comes last, is a letter of its own: in upper case it is.
    fn finish_marked(&mut self, value: u64, start: u32, end: u32) {
        self.marks.sort_by_key(|&(class, _)| class);
        let iotas = self.marks.iter().filter(|&&(_, mark)| mark == YPOGEGRAMMENI).count();
        let marks = self.marks.drain(..).filter(|&(_, mark)| mark != YPOGEGRAMMENI);
        let value = marks.fold(hash::Letters::from_value(value), |hash, (_, mark)| hash.and(mark.into())).value();
        (self.take)(Unit { value, start, end });
        let value = hash::Letters::of(IOTA.into()).value();
        (0..iotas).for_each(|_| (self.take)(Unit { value, start, end }));
    }
}
