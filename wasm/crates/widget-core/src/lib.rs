//! What the widgets decide, apart from how they show it: how much time is left and when to say so, which questions of a review are
//! shown, what a change of weights does to the totals. Nothing here touches the world: a browser's clocks and a page's rows come in as
//! numbers.
#![forbid(unsafe_code)]

mod announce;
mod clock;
mod graph;
mod number;
mod order;
mod preview;
mod review;
mod settings;

pub use announce::{Announcer, digits, seconds_left};
pub use clock::{Reading, ServerClock};
pub use grade_core::{Category, Item, Method, Problem};
pub use graph::{Plane, Point, grade_line, grade_number, grade_points};
pub use number::written;
pub use order::{Line, OrderRule, OrderStep, Program, grade_order};
pub use preview::{Class, Outcome, Summary, preview, summary};
pub use review::{Filter, Question, State, count, next, previous};
pub use settings::Settings;
