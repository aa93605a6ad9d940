//! The grade that is needed in what is left of a course, to reach a goal. Nothing here touches the world or knows a browser.
#![forbid(unsafe_code)]

/// A hundred per cent, in hundredths of one.
pub const WHOLE: i32 = 10_000;

/// What is needed in the part that is left and weighs so much, in hundredths of a per cent: 0 if nothing, more than the whole
/// if it is too late, none if the numbers make no sense.
#[must_use]
pub fn needed(current: i32, weight: i32, goal: i32) -> Option<i32> {
    let is_share = |value: i32, least: i32| (least..=WHOLE).contains(&value);
    if !(is_share(current, 0) && is_share(weight, 1) && is_share(goal, 0)) {
        return None;
    }
    let missing = goal * WHOLE - current * (WHOLE - weight);
    Some(if missing <= 0 { 0 } else { (missing + weight - 1) / weight })
}
