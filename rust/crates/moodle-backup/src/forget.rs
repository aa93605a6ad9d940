//! Which snapshots are kept, and what of the rest goes.

use std::collections::HashSet;

use rustic_core::jiff::{Span, Zoned};
use rustic_core::repofile::SnapshotFile;
use rustic_core::{KeepOptions, OpenStatus, PruneOptions, Repository};
use serde_json::json;

use crate::backup::label;
use crate::points::{DATABASE, FILES, MANIFEST, Snap, points};
use crate::problem::{Problem, Result, unreachable};
use crate::report::step;
use crate::repository::{all_snapshots, id};

/// How many are kept: all of the last days, and the last of each day, week and month.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Days of which all are kept.
    pub days: u16,
    /// The last of each day.
    pub daily: u16,
    /// The last of each week.
    pub weekly: u16,
    /// The last of each month.
    pub monthly: u16,
}

/// The ids that go. A dump that stays keeps its files, and what says so; of the tenant's alone.
///
/// # Errors
/// Where nothing at all would be kept.
pub fn doomed(
    found: &[SnapshotFile],
    snaps: &[Snap],
    tenant: &str,
    keep: Keep,
    now: &Zoned,
) -> Result<HashSet<String>> {
    let within = Span::new().try_days(keep.days).map_err(|error| Problem::usage(error.to_string()))?;
    let options = KeepOptions::default()
        .keep_within(Some(within))
        .keep_daily(Some(i32::from(keep.daily)))
        .keep_weekly(Some(i32::from(keep.weekly)))
        .keep_monthly(Some(i32::from(keep.monthly)));
    let mut kept = HashSet::new();
    for tag in [DATABASE, FILES] {
        let ours = |file: &&SnapshotFile| file.hostname == tenant && file.tags.iter().any(|found| found == tag);
        let group: Vec<_> = found.iter().filter(ours).cloned().collect();
        let judged = options.apply(group, now).map_err(|error| Problem::usage(error.to_string()))?;
        kept.extend(judged.into_iter().filter(|each| each.keep).map(|each| id(&each.snapshot)));
    }
    let mut labels = HashSet::new();
    for point in points(snaps, tenant) {
        if let Some(files) = point.files.filter(|_| kept.contains(&point.database.id)) {
            labels.insert(label(&point.database, &files));
            kept.insert(files.id);
        }
    }
    let ours = snaps.iter().filter(|snap| snap.host == tenant);
    let goes = |snap: &&Snap| {
        if snap.tags.iter().any(|tag| tag == MANIFEST) {
            return snap.description.as_ref().is_none_or(|name| !labels.contains(name));
        }
        snap.tags.iter().any(|tag| tag == DATABASE || tag == FILES) && !kept.contains(&snap.id)
    };
    Ok(ours.filter(goes).map(|snap| snap.id.clone()).collect())
}

/// Remove what goes, and the content that nothing names any more.
///
/// # Errors
/// Where the repository does not let it.
pub fn forget(repository: &Repository<OpenStatus>, tenant: &str, keep: Keep, dry_run: bool) -> Result<()> {
    let (found, snaps) = all_snapshots(repository)?;
    let doomed = doomed(&found, &snaps, tenant, keep, &Zoned::now())?;
    let names: Vec<_> = snaps
        .iter()
        .filter(|snap| doomed.contains(&snap.id))
        .map(|snap| format!("{} {}", snap.tags.join(","), snap.time))
        .collect();
    let kept = snaps.iter().filter(|snap| snap.host == tenant).count() - names.len();
    step("forget", &json!({"kept": kept, "gone": names.len(), "dry_run": dry_run, "names": names}));
    if dry_run {
        return Ok(());
    }
    let ids: Vec<_> = found.iter().filter(|file| doomed.contains(&id(file))).map(|file| file.id).collect();
    repository.delete_snapshots(&ids).map_err(unreachable("the snapshots cannot be removed"))?;
    // Content is marked first and goes a day later: a backup that runs now, and took it for stored, is safe.
    let options = PruneOptions::default();
    let plan = repository.prune_plan(&options).map_err(unreachable("what is unused cannot be found"))?;
    let bytes = plan.stats.size_sum().remove;
    repository.prune(&options, plan).map_err(unreachable("what is unused cannot be removed"))?;
    step("prune", &json!({"marked_or_removed_bytes": bytes}));
    Ok(())
}
