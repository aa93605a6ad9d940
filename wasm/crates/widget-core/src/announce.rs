//! When a screen reader is told how much time is left.

/// Whole seconds left, as a clock shows them: 0 only when none is left.
#[must_use]
pub fn seconds_left(end: f64, now: f64) -> u32 {
    let seconds = ((end - now) / 1_000.0).ceil();
    // A float that is no such number, NaN too, becomes the nearest one, or 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = seconds as u32;
    whole
}

/// The threshold that has been reached since `before` seconds were left: of several, as after a sleep, the last one. More time, as when a
/// teacher moves the deadline, reaches none, and those below are reached once more.
#[must_use]
pub fn due(thresholds: &[u32], before: u32, left: u32) -> Option<u32> {
    thresholds.iter().copied().filter(|threshold| (left..before).contains(threshold)).min()
}
