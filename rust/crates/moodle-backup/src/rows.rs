//! The rows of `mdl_files`, as PostgreSQL's `COPY` writes them.

use std::collections::HashMap;

/// The sha1 of nothing: Moodle needs no file for it.
pub const EMPTY: Hash = [
    0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07,
    0x09,
];

/// A sha1.
pub type Hash = [u8; 20];

/// The first row that names a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `mdl_files.id`.
    pub id: u64,
    /// The content's size in bytes.
    pub size: u64,
    /// `component/filearea`, as `mod_forum/attachment`.
    pub place: String,
}

/// What the table holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// How many rows there are.
    pub rows: u64,
    /// Every content that a row names, but the empty one.
    pub named: HashMap<Hash, Row>,
}

/// Reads a script of `pg_restore --data-only --table=mdl_files`, a line at a time.
#[derive(Debug, Default)]
pub struct Reader {
    columns: Option<Columns>,
    ended: bool,
    contents: Contents,
}

#[derive(Debug)]
struct Columns {
    id: usize,
    hash: usize,
    size: usize,
    component: usize,
    area: usize,
}

impl Reader {
    /// Take one line, without its end.
    ///
    /// # Errors
    /// Where a row is none of Moodle's.
    pub fn line(&mut self, line: &[u8]) -> Result<(), String> {
        let Some(columns) = self.columns.as_ref().filter(|_| !self.ended) else {
            if !self.ended && line.starts_with(b"COPY ") {
                self.columns = Some(columns(&String::from_utf8_lossy(line))?);
            }
            return Ok(());
        };
        if line == b"\\." {
            self.ended = true;
            return Ok(());
        }
        let (hash, row) = row(columns, line)?;
        self.contents.rows += 1;
        if hash != EMPTY {
            self.contents.named.entry(hash).or_insert(row);
        }
        Ok(())
    }

    /// What was read.
    ///
    /// # Errors
    /// Where there was no table, or it broke off.
    pub fn end(self) -> Result<Contents, String> {
        match (self.columns, self.ended) {
            (None, _) => Err("the dump holds no table `mdl_files`".to_owned()),
            (_, false) => Err("the table `mdl_files` breaks off in the dump".to_owned()),
            _ => Ok(self.contents),
        }
    }
}

fn columns(line: &str) -> Result<Columns, String> {
    let names = line.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(names, _)| names);
    let names: Vec<_> = names.split(',').map(str::trim).collect();
    let place = |name| {
        names.iter().position(|found| *found == name).ok_or_else(|| format!("`mdl_files` has no column `{name}`"))
    };
    Ok(Columns {
        id: place("id")?,
        hash: place("contenthash")?,
        size: place("filesize")?,
        component: place("component")?,
        area: place("filearea")?,
    })
}

fn row(columns: &Columns, line: &[u8]) -> Result<(Hash, Row), String> {
    let line = String::from_utf8_lossy(line);
    let values: Vec<_> = line.split('\t').collect();
    let value = |column: usize| values.get(column).copied().ok_or("a row of `mdl_files` is too short");
    let number = |column| value(column)?.parse().map_err(|_| "a row of `mdl_files` has no number where one belongs");
    let text = value(columns.hash)?;
    let hash = hash(text).ok_or_else(|| format!("`{}` in `mdl_files` is no sha1", text.escape_default()))?;
    let place = format!("{}/{}", value(columns.component)?, value(columns.area)?);
    Ok((hash, Row { id: number(columns.id)?, size: number(columns.size)?, place }))
}

/// The sha1 that 40 hexadecimal digits of lower case stand for.
pub fn hash(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    if digits.len() != 40 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut hash = Hash::default();
    for (byte, at) in hash.iter_mut().zip((0..40).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Where Moodle keeps a content: `filedir/aa/bb/sha1`.
pub fn place(hash: &Hash) -> String {
    use std::fmt::Write;
    let name = hash.iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    });
    format!("filedir/{}/{}/{name}", name.get(..2).unwrap_or(""), name.get(2..4).unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "COPY public.mdl_files (id, contenthash, component, filearea, filesize) FROM stdin;";
    const SHA1: &str = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";

    fn read(lines: &[&str]) -> Result<Contents, String> {
        let mut reader = Reader::default();
        lines.iter().try_for_each(|line| reader.line(line.as_bytes()))?;
        reader.end()
    }

    #[test]
    fn rows_are_read_and_the_empty_content_needs_no_file() {
        let line = format!("7\t{SHA1}\tmod_forum\tattachment\t1");
        let empty = "8\tda39a3ee5e6b4b0d3255bfef95601890afd80709\tcore\t.\t0";
        let found = read(&["SET x;", HEAD, &line, empty, "\\.", "more\tnoise"]);
        let found = found.map(|found| {
            (found.rows, found.named.into_iter().map(|(hash, row)| (place(&hash), row)).collect::<Vec<_>>())
        });
        let row = Row { id: 7, size: 1, place: "mod_forum/attachment".to_owned() };
        assert_eq!(found, Ok((2, vec![(format!("filedir/86/f7/{SHA1}"), row)])));
    }

    #[test]
    fn what_breaks_off_or_is_not_moodles_is_refused() {
        assert!(read(&[]).is_err());
        assert!(read(&[HEAD]).is_err_and(|why| why.contains("breaks off")));
        assert!(read(&["COPY public.mdl_files (id) FROM stdin;"]).is_err_and(|why| why.contains("contenthash")));
        for wrong in ["7", "7\tabc\tc\ta\t1", "x\t86f7e437faa5a7fce15d1ddcb9eaeaea377667b8\tc\ta\t1", ""] {
            assert!(read(&[HEAD, wrong, "\\."]).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_lines_are_read_or_refused(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..20)) {
            let mut reader = Reader::default();
            let _ = reader.line(HEAD.as_bytes());
            let _ = lines.iter().try_for_each(|line| reader.line(line));
            let _ = reader.end();
        }

        #[test]
        fn a_hash_has_one_place(bytes in any::<[u8; 20]>()) {
            let found = place(&bytes);
            prop_assert_eq!(found.rsplit('/').next().and_then(hash), Some(bytes));
        }
    }
}
