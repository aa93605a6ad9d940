//! Grades as text, the same as the plugin's PHP writes them.

/// Two decimals of the five that Moodle stores, a half rounded away from 0.
#[must_use]
pub fn written(grade: f64, separator: &str) -> String {
    let hundredths = ((grade.abs() * 100_000.0 + 0.5).floor() / 1_000.0 + 0.5).floor();
    let sign = if grade < 0.0 && hundredths > 0.0 { "\u{2212}" } else { "" };
    let whole = (hundredths / 100.0).floor();
    format!("{sign}{whole}{separator}{:02}", hundredths - whole * 100.0)
}
