//! Settings from the environment, each with a reason where it is wrong. Secrets come from files.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::token::Keys;

/// What is wrong with a setting. It never holds a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong(pub String);

impl fmt::Display for Wrong {
    fn fmt(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        into.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

/// Where settings are read.
pub struct Settings(Source);

type Source = Box<dyn Fn(&str) -> Option<String>>;

impl Settings {
    /// The process's environment.
    #[must_use]
    pub fn environment() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// Any other source.
    pub fn of(read: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self(Box::new(read))
    }

    /// A text, or none where it is not set or empty.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<String> {
        (self.0)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// Where it is not.
    pub fn text(&self, name: &str) -> Result<String, Wrong> {
        self.given(name).ok_or_else(|| Wrong(format!("{name} is not set")))
    }

    /// A value within bounds, or what it is without a word of it.
    ///
    /// # Errors
    /// Where it is none, or out of bounds.
    pub fn within<T>(&self, name: &str, otherwise: T, bounds: std::ops::RangeInclusive<T>) -> Result<T, Wrong>
    where
        T: FromStr + PartialOrd + fmt::Display,
    {
        let Some(text) = self.given(name) else { return Ok(otherwise) };
        text.parse()
            .ok()
            .filter(|value| bounds.contains(value))
            .ok_or_else(|| Wrong(format!("{name} is `{text}`, and goes from {} to {}", bounds.start(), bounds.end())))
    }

    /// The first line of a file that the setting names.
    ///
    /// # Errors
    /// Where the setting or the file is not there, or the line is empty.
    pub fn secret(&self, name: &str) -> Result<String, Wrong> {
        let file = PathBuf::from(self.text(name)?);
        line_of(&file)
    }

    /// Keys, one a line of the file that the setting names.
    ///
    /// # Errors
    /// Where there is none, or one is too short to be a secret.
    pub fn keys(&self, name: &str) -> Result<Keys, Wrong> {
        let file = self.text(name)?;
        let text = std::fs::read_to_string(&file).map_err(|error| Wrong(format!("{file}: {error}")))?;
        Keys::of(&text).map_err(|why| Wrong(format!("{file}: {why}")))
    }
}

/// The first line of a file.
///
/// # Errors
/// Where the file is not there, or the line is empty.
pub fn line_of(file: &std::path::Path) -> Result<String, Wrong> {
    let wrong = |why: &dyn fmt::Display| Wrong(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    if line.is_empty() { Err(wrong(&"its first line is empty")) } else { Ok(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_bounds() {
        let of = |text: &'static str| Settings::of(move |_| Some(text.to_owned()));
        assert_eq!(of(" 7 ").within("N", 2, 1..=9), Ok(7));
        assert_eq!(of("").within("N", 2, 1..=9), Ok(2));
        for wrong in ["0", "10", "x", "-1", "1e3"] {
            assert!(of(wrong).within("N", 2_u8, 1..=9).is_err_and(|why| why.0.contains(wrong)), "{wrong}");
        }
        assert_eq!(of("").text("NAME"), Err(Wrong("NAME is not set".to_owned())));
    }
}
