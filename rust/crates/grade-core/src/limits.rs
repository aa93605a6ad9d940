//! Drop the lowest, keep the highest.

use crate::category::Category;
use crate::values::Counted;

/// Leave out what the category drops; the values come and go sorted. Extra credit is never dropped.
pub(crate) fn limit(values: &mut Vec<Counted<'_>>, category: &Category) {
    let droppable = |value: &Counted<'_>| !(category.aggregation.has_extra_credit() && value.item.is_extra());
    if category.droplow > 0 {
        for _ in 0..category.droplow {
            let Some(lowest) = lowest(values, droppable) else { break };
            values.remove(lowest);
        }
    } else {
        keep_highest(values, category.keephigh, droppable);
    }
}

/// Of the lowest values, the one whose item gives most points: the first such.
fn lowest(values: &[Counted<'_>], droppable: impl Fn(&Counted<'_>) -> bool) -> Option<usize> {
    let mut candidates = values.iter().enumerate().filter(|(_, value)| droppable(value));
    let first = candidates.next()?;
    let equal = candidates.take_while(|(_, value)| value.value == first.1.value);
    let worth = |value: &Counted<'_>| value.item.grademax;
    Some(equal.fold(first, |most, next| if worth(next.1) > worth(most.1) { next } else { most }).0)
}

fn keep_highest(values: &mut Vec<Counted<'_>>, keep: usize, droppable: impl Fn(&Counted<'_>) -> bool) {
    // A stable sort, downwards: of equal values the item that comes first is kept. Sorted again, they are still in that order.
    values.sort_by(|a, b| b.value.total_cmp(&a.value));
    let mut kept = 0;
    values.retain(|value| {
        kept += usize::from(droppable(value));
        !droppable(value) || kept <= keep
    });
    values.sort_by(|a, b| a.value.total_cmp(&b.value));
}
