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

/// What has been said, and what is to be said next.
#[derive(Clone, Debug)]
pub struct Announcer {
    thresholds: Vec<u32>,
    heard: u32,
}

impl Announcer {
    /// With the thresholds in seconds, and the seconds that were left when the page was made: nothing above is said any more.
    #[must_use]
    pub const fn new(thresholds: Vec<u32>, left: u32) -> Self {
        Self { thresholds, heard: left }
    }

    /// The threshold that has been reached: of several, as after a sleep, the last one. More time, as when a teacher moves the deadline,
    /// reaches none, and those below are reached once more. What is only an estimate reaches none either.
    pub fn due(&mut self, left: u32, certain: bool) -> Option<u32> {
        if !certain {
            return None;
        }
        let reached = self.thresholds.iter().copied().filter(|threshold| (left..self.heard).contains(threshold)).min();
        self.heard = left;
        reached
    }
}

/// Hours, minutes and seconds.
#[must_use]
pub fn digits(seconds: u32) -> String {
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
