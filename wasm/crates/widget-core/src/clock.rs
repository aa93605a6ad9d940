//! The server's clock, told by the browser's two clocks.
//!
//! The monotonic clock cannot be set, but stands still in many browsers while the machine sleeps. The wall clock goes on in a sleep, but
//! can be set. Where they disagree something has happened, and the server is asked again; until it answers, a wall clock that ran ahead
//! is believed, for a deadline does not wait for a machine that sleeps.

/// Both clocks of a browser at one moment, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// `performance.now()`.
    pub monotonic: f64,
    /// `Date.now()`.
    pub wall: f64,
}

/// How far the clocks may disagree within one step before something has happened.
const JUMP: f64 = 2_000.0;
/// An answer that took longer says too little.
const LONGEST_TRIP: f64 = 10_000.0;
/// By how much a sample grows uncertain in a millisecond.
const DRIFT: f64 = 0.001;
/// How old a sample may be before the server is asked again.
const OLD: f64 = 120_000.0;
/// How long an estimate goes without saying.
const GRACE: f64 = 2_000.0;
/// How long to wait for an answer, or after a failure, before asking again.
const PATIENCE: f64 = 5_000.0;

/// What is known of the server's clock.
#[derive(Clone, Debug)]
pub struct ServerClock {
    /// Server's time less the monotonic clock's.
    offset: f64,
    uncertainty: f64,
    sampled: f64,
    asked: Option<f64>,
    certain: bool,
    /// Since when it is not certain, if it is not.
    doubted: f64,
    last: Reading,
}

impl ServerClock {
    /// From the time that the server has written into the page. How long the page was under way is not known.
    #[must_use]
    pub fn new(server: f64, at: Reading) -> Self {
        let offset = server - at.monotonic;
        Self {
            offset,
            uncertainty: LONGEST_TRIP,
            sampled: at.monotonic,
            asked: None,
            certain: false,
            doubted: at.monotonic,
            last: at,
        }
    }

    /// The server's time.
    #[must_use]
    pub fn now(&self, at: Reading) -> f64 {
        at.monotonic + self.offset
    }

    /// Whether the server itself has said so since the clocks last disagreed.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        self.certain
    }

    /// Whether the time has been an estimate for so long that people are told.
    #[must_use]
    pub fn is_doubtful(&self, at: Reading) -> bool {
        !self.certain && at.monotonic - self.doubted > GRACE
    }

    /// Look at the clocks; to be called about once a second.
    pub fn tick(&mut self, at: Reading) {
        let jump = disagreement(self.last, at);
        if jump.abs() > JUMP {
            if self.certain {
                self.doubted = at.monotonic;
            }
            self.certain = false;
            self.asked = None;
            self.offset += jump.max(0.0);
        }
        self.last = at;
    }

    /// Whether to ask the server now; if so, it is taken to be asked.
    pub fn ask(&mut self, at: Reading) -> bool {
        let wanted = !self.certain || at.monotonic - self.sampled > OLD;
        let waiting = self.asked.is_some_and(|asked| at.monotonic - asked < PATIENCE);
        if wanted && !waiting {
            self.asked = Some(at.monotonic);
        }
        wanted && !waiting
    }

    /// The server's answer, and whether it was of use: one that was long under way, or slept on the way, is not.
    pub fn answer(&mut self, sent: Reading, server: f64, received: Reading) -> bool {
        let trip = received.monotonic - sent.monotonic;
        let whole = (0.0..=LONGEST_TRIP).contains(&trip) && disagreement(sent, received).abs() <= JUMP;
        if !whole || !server.is_finite() {
            return false;
        }
        let aged = self.uncertainty + DRIFT * (received.monotonic - self.sampled);
        if !self.certain || trip / 2.0 <= aged {
            self.offset = server + trip / 2.0 - received.monotonic;
            self.uncertainty = trip / 2.0;
            self.sampled = received.monotonic;
        }
        self.certain = true;
        self.asked = None;
        self.last = received;
        true
    }
}

/// By how much the wall clock went further than the monotonic one.
fn disagreement(from: Reading, to: Reading) -> f64 {
    (to.wall - from.wall) - (to.monotonic - from.monotonic)
}
