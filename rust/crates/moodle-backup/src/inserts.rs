//! The rows of `mdl_files` in a dump of SQL, as `mysqldump` and `mariadb-dump` write it.

use std::io::{self, Write};

use crate::problem::{Problem, Result};
use crate::rows::{Contents, EMPTY, Hash, Row, hash};

const NAMES: [&str; 5] = ["id", "contenthash", "filesize", "component", "filearea"];

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Nothing,
    /// The columns of `CREATE TABLE`.
    Table,
    /// The rows of an `INSERT`, which may go on over lines.
    Rows,
}

/// Reads what is written to it, a line at a time; a text in it has no line ends, for the programs escape them.
#[derive(Debug, Default)]
pub struct Reader {
    line: Vec<u8>,
    within: Within,
    names: Vec<String>,
    ended: bool,
    wrong: Option<String>,
    contents: Contents,
}

impl Reader {
    /// What was read; `read` is how the reading ended.
    ///
    /// # Errors
    /// Where it could not be read, is none of Moodle's, or breaks off.
    pub fn end(mut self, read: Result<()>) -> Result<Contents> {
        if read.is_ok() {
            self.take_line();
        }
        if let Some(wrong) = self.wrong {
            return Err(Problem::data(wrong));
        }
        read?;
        match (self.names.is_empty(), self.ended) {
            (true, _) => Err(Problem::data("the dump holds no table `mdl_files`")),
            (_, false) => Err(Problem::data("the dump breaks off")),
            _ => Ok(self.contents),
        }
    }

    fn take_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if self.wrong.is_none() {
            self.wrong = self.line(&line).err();
        }
    }

    fn line(&mut self, line: &[u8]) -> std::result::Result<(), String> {
        if !line.is_empty() {
            self.ended = line.starts_with(b"-- Dump completed");
        }
        match self.within {
            Within::Table => {
                if let Some(name) = line.trim_ascii_start().strip_prefix(b"`") {
                    self.names.push(text(name.split(|byte| *byte == b'`').next().unwrap_or_default()));
                } else if line.starts_with(b")") {
                    self.within = Within::Nothing;
                }
                Ok(())
            }
            Within::Rows => self.rows(line),
            Within::Nothing if line.starts_with(b"CREATE TABLE `mdl_files` (") => {
                self.within = Within::Table;
                self.names.clear();
                Ok(())
            }
            Within::Nothing => {
                let Some(rest) = line.strip_prefix(b"INSERT INTO `mdl_files` ") else { return Ok(()) };
                let rest = if rest.starts_with(b"(") { self.columns(rest)? } else { rest };
                self.within = Within::Rows;
                self.rows(rest.strip_prefix(b"VALUES").ok_or("an INSERT of `mdl_files` has no VALUES")?)
            }
        }
    }

    /// The names between brackets, and what follows them.
    fn columns<'a>(&mut self, list: &'a [u8]) -> std::result::Result<&'a [u8], String> {
        let end = list.iter().position(|byte| *byte == b')').ok_or("the columns of `mdl_files` break off")?;
        let (names, rest) = (list.get(1..end).unwrap_or_default(), list.get(end + 1..).unwrap_or_default());
        self.names = names.split(|byte| *byte == b',').map(|name| text(name).trim().replace('`', "")).collect();
        Ok(rest.trim_ascii_start())
    }

    fn rows(&mut self, mut rest: &[u8]) -> std::result::Result<(), String> {
        loop {
            rest = rest.trim_ascii_start();
            match rest.split_first() {
                None => return Ok(()),
                Some((b',', after)) => rest = after,
                Some((b'(', after)) => rest = self.row(after)?,
                Some((b';', _)) => {
                    self.within = Within::Nothing;
                    return Ok(());
                }
                Some(_) => return Err("between the rows of `mdl_files` stands something else".to_owned()),
            }
        }
    }

    fn row<'a>(&mut self, mut rest: &'a [u8]) -> std::result::Result<&'a [u8], String> {
        let mut found: [Option<Vec<u8>>; 5] = Default::default();
        for column in 0.. {
            let (value, after) = value(rest)?;
            let place = self.names.get(column).and_then(|name| NAMES.iter().position(|wanted| wanted == name));
            if let Some(kept) = place.and_then(|place| found.get_mut(place)) {
                *kept = Some(value);
            }
            match after.split_first() {
                Some((b',', after)) => rest = after,
                Some((b')', after)) => {
                    self.keep(found)?;
                    return Ok(after);
                }
                _ => break,
            }
        }
        Err("a row of `mdl_files` breaks off".to_owned())
    }

    fn keep(&mut self, found: [Option<Vec<u8>>; 5]) -> std::result::Result<(), String> {
        let [Some(id), Some(content), Some(size), Some(component), Some(area)] = found else {
            return Err("a row of `mdl_files` is too short, or the table has no such columns".to_owned());
        };
        let number = |value: &[u8]| {
            text(value).parse().map_err(|_| "a row of `mdl_files` has no number where one belongs".to_owned())
        };
        let content = text(&content);
        let sum: Hash =
            hash(&content).ok_or_else(|| format!("`{}` in `mdl_files` is no sha1", content.escape_default()))?;
        let row =
            Row { id: number(&id)?, size: number(&size)?, place: format!("{}/{}", text(&component), text(&area)) };
        self.contents.rows += 1;
        if sum != EMPTY {
            self.contents.named.entry(sum).or_insert(row);
        }
        Ok(())
    }
}

impl Write for Reader {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let mut lines = part.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = lines.next() {
            self.line.extend_from_slice(piece);
            if lines.peek().is_some() {
                self.take_line();
            }
        }
        self.wrong.as_ref().map_or(Ok(part.len()), |wrong| Err(io::Error::other(wrong.clone())))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The first value, without what quotes it, and what follows it.
fn value(text: &[u8]) -> std::result::Result<(Vec<u8>, &[u8]), String> {
    let quoted = text.strip_prefix(b"_binary ").unwrap_or(text);
    let Some(inner) = quoted.strip_prefix(b"'") else {
        let end = text.iter().position(|byte| matches!(byte, b',' | b')')).unwrap_or(text.len());
        let (bare, rest) = text.split_at(end);
        return Ok((bare.to_vec(), rest));
    };
    let (mut value, mut rest) = (Vec::new(), inner);
    loop {
        match rest {
            [b'\\', escaped, after @ ..] => {
                value.push(unescaped(*escaped));
                rest = after;
            }
            [b'\'', b'\'', after @ ..] => {
                value.push(b'\'');
                rest = after;
            }
            [b'\'', after @ ..] => return Ok((value, after)),
            [byte, after @ ..] => {
                value.push(*byte);
                rest = after;
            }
            [] => return Err("a text in `mdl_files` breaks off".to_owned()),
        }
    }
}

fn unescaped(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        b'b' => 8,
        b'Z' => 26,
        other => other,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::place;
    use proptest::prelude::*;

    const SHA1: &str = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";
    const TABLE: &str = "CREATE TABLE `mdl_files` (\n  `id` bigint(10) NOT NULL,\n  `contenthash` varchar(40),\n  `component` varchar(100),\n  \
        `filename` longtext,\n  `filearea` varchar(50),\n  `filesize` bigint(10),\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n";
    const END: &str = "-- Dump completed on 2026-11-22  3:00:00\n";

    fn read(text: &str) -> std::result::Result<Vec<(String, Row)>, String> {
        let mut reader = Reader::default();
        let fed = reader.write_all(text.as_bytes()).map_err(|error| Problem::data(error.to_string()));
        let contents = reader.end(fed).map_err(|problem| problem.to_string())?;
        Ok(contents.named.into_iter().map(|(hash, row)| (place(&hash), row)).collect())
    }

    #[test]
    fn both_programs_ways_are_read() {
        let row = |id| Row { id, size: 1, place: "mod_forum/attachment".to_owned() };
        let here = format!("filedir/86/f7/{SHA1}");
        let empty = "(8,'da39a3ee5e6b4b0d3255bfef95601890afd80709','core',NULL,'draft',0)";
        let one = format!("(7,'{SHA1}','mod_forum','it\\'s (a) \\\\; ''b'', \\n','attachment',1)");
        for insert in [
            format!("INSERT INTO `mdl_files` VALUES {one},{empty};\n"),
            format!("INSERT INTO `mdl_files` VALUES\n{one},\n{empty};\n"),
            format!(
                "INSERT INTO `mdl_files` (`filesize`, `id`,`contenthash`,`component`,`filearea`) VALUES (1,7,'{SHA1}','mod_forum',_binary 'attachment');\n"
            ),
        ] {
            let text =
                format!("{TABLE}INSERT INTO `mdl_files_reference` VALUES (1,'x');\n{insert}UNLOCK TABLES;\n{END}\n");
            assert_eq!(read(&text), Ok(vec![(here.clone(), row(7))]), "{insert}");
        }
        assert_eq!(read(&format!("{TABLE}{END}")), Ok(vec![]));
    }

    #[test]
    fn what_breaks_off_or_is_not_moodles_is_refused() {
        let insert = format!("INSERT INTO `mdl_files` VALUES (7,'{SHA1}','c','f','a',1)");
        for (text, why) in [
            (String::new(), "holds no table"),
            (END.to_owned(), "holds no table"),
            (TABLE.to_owned(), "breaks off"),
            (format!("{TABLE}{insert};\n"), "breaks off"),
            (format!("{TABLE}{}\n{END}", insert.trim_end_matches(",1)")), "breaks off"),
            (format!("{TABLE}{}", insert.replace("','c'", "")), "breaks off"),
            (format!("{TABLE}{insert} ON;\n{END}"), "something else"),
            (format!("{TABLE}{};\n{END}", insert.replace(SHA1, "x")), "no sha1"),
            (format!("{TABLE}{};\n{END}", insert.replace("(7", "(x")), "no number"),
            (format!("CREATE TABLE `mdl_files` (\n  `id` int\n);\n{insert};\n{END}"), "too short"),
        ] {
            assert!(read(&text).is_err_and(|said| said.contains(why)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..20), head in any::<bool>()) {
            let mut reader = Reader::default();
            let _ = if head { reader.write_all(format!("{TABLE}INSERT INTO `mdl_files` VALUES (").as_bytes()) } else { Ok(()) };
            let _ = parts.iter().try_for_each(|part| reader.write_all(part));
            let _ = reader.end(Ok(()));
        }

        #[test]
        fn any_name_of_a_file_is_passed_over(name in any::<String>(), cut in any::<prop::sample::Index>()) {
            let quoted = name.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n");
            let text = format!("{TABLE}INSERT INTO `mdl_files` VALUES (7,'{SHA1}','c','{quoted}','a',1);\n{END}");
            prop_assert_eq!(read(&text).map(|found| found.len()), Ok(1));
            let most: String = text.chars().take(cut.index(text.chars().count() - END.len())).collect();
            prop_assert!(read(&most).is_err());
        }
    }
}
