//! Numbers as PHP has them: integers, floats, and strings from a database.

use ext_php_rs::types::Zval;

/// A finite number, or none.
pub(crate) fn number(value: &Zval) -> Option<f64> {
    let value = value.dereference();
    let found = match (value.double(), value.long(), value.str()) {
        (Some(double), _, _) => double,
        (_, Some(long), _) => from_integer(long),
        (_, _, Some(text)) => numeric(text)?,
        _ => return None,
    };
    found.is_finite().then_some(found)
}

#[expect(clippy::cast_precision_loss, reason = "PHP rounds alike, and what is past 2^53 is refused as too large")]
const fn from_integer(value: i64) -> f64 {
    value as f64
}

/// What PHP calls a numeric string; "inf" and "nan", which Rust reads too, are not finite and so refused above.
fn numeric(text: &str) -> Option<f64> {
    text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']).parse().ok()
}

/// A flag: true or false, or 1 or 0 as a number or a string.
pub(crate) fn flag(value: &Zval) -> Option<bool> {
    let value = value.dereference();
    value.bool().or_else(|| match number(value) {
        Some(0.0) => Some(false),
        Some(1.0) => Some(true),
        _ => None,
    })
}

/// A whole number that a column of ten digits holds.
pub(crate) fn whole(value: &Zval) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "ten digits fit")]
    number(value).filter(|number| number.fract() == 0.0 && number.abs() < 1e10).map(|number| number as i64)
}

#[cfg(test)]
mod tests {
    use super::numeric;

    #[test]
    fn numeric_strings_are_those_of_php() {
        for (text, value) in [("12.50000", 12.5), (" -1", -1.0), ("+.5\n", 0.5), ("1.", 1.0), ("1e3", 1000.0)] {
            assert_eq!(numeric(text), Some(value), "{text:?}");
        }
        for text in ["", ".", "1,5", "0x10", "1 2", "e5", "\u{a0}1"] {
            assert_eq!(numeric(text), None, "{text:?}");
        }
    }
}
