//! A drill: the newest point is restored into a scratch database and a scratch folder, held against itself, and timed.

use std::str::FromStr;
use std::time::{Duration, Instant};

use rustic_core::jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::chosen::Chosen;
use crate::cli;
use crate::database::Database;
use crate::evidence::{Evidence, form, judge};
use crate::gate::Gate;
use crate::manifest::Site;
use crate::metrics::{PROMISED, Values};
use crate::problem::{Problem, Result};
use crate::repository::{Place, indexed};
use crate::restore::{After, Over, database, finish, folder};
use crate::restored::gather;
use crate::scratch::Scratch;
use crate::whole_file::WholeFile;

/// How long a restore may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise(Duration);

impl FromStr for Promise {
    type Err = String;

    /// `30m`, `1h 30m`, `90s`.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is no time that a restore may take, as 30m, 1h30m or 90s");
        let found: SignedDuration = text.parse().map_err(|_| wrong())?;
        let found = Duration::try_from(found).map_err(|_| wrong())?;
        if found.is_zero() { Err(wrong()) } else { Ok(Self(found)) }
    }
}

/// What was restored, as far as it came.
#[derive(Default)]
struct Found {
    /// When the site was as what is restored, and the ids of the snapshots.
    point: Option<(Timestamp, [String; 2])>,
    site: Option<Site>,
    evidence: Option<Evidence>,
}

/// Restore, look, and take all away again.
///
/// # Errors
/// Where something lacks, or took longer than was promised. The evidence says which, and is written in any case.
pub fn drill(place: &Place, tenant: &str, told: &cli::Drill, values: &mut Values) -> Result<()> {
    let file = told.evidence.as_deref().map(WholeFile::of).transpose()?;
    let scratch = Scratch::of(&told.scratch, Database::of(&told.database)?, tenant)?;
    let (started, mut found) = (Timestamp::now(), Found::default());
    let cleared = scratch.clear();
    let start = Instant::now();
    let done = cleared.and_then(|()| restore(place, tenant, told, &scratch, values, &mut found));
    let done = done.map_err(|problem| place.explain(problem));
    let took = start.elapsed();
    values.spent("total", took);
    let done = done.and_then(|()| kept(told.rto, took));
    let cleared = values.time("clear", || scratch.clear());
    let done = done.and(cleared);
    let evidence = format!("{:#}\n", evidence(tenant, told, started, values, &found, &done));
    print!("{evidence}");
    file.map_or(Ok(()), |file| file.write(&evidence)).and(done)
}

fn restore(
    place: &Place,
    tenant: &str,
    told: &cli::Drill,
    scratch: &Scratch,
    values: &mut Values,
    found: &mut Found,
) -> Result<()> {
    if let Some(Promise(promised)) = told.rto {
        values.note(PROMISED, promised.as_secs_f64());
    }
    let opened = || Chosen::of(indexed(place.open(&Gate::default())?)?, tenant, told.at);
    let chosen = values.time("open", opened)?;
    let ([dump, files], [saved, copied]) = (&chosen.files, &chosen.snaps);
    values.point(saved.time);
    found.point = Some((saved.time, [saved.id.clone(), copied.id.clone()]));
    scratch.database.takes(form(dump))?;
    values.time("database", || {
        scratch.make()?;
        database(&chosen.repository, dump, saved, &scratch.database, &After::default())
    })?;
    values.time("files", || {
        folder(&chosen.repository, files, copied, &scratch.folder, Over::Nothing)?;
        finish(&scratch.folder)
    })?;
    let evidence = values.time("check", || {
        found.site = Some(scratch.database.site()?);
        Ok::<_, Problem>(gather(&scratch.database.contents()?, &scratch.folder, told.sample))
    })?;
    values.evidence(&evidence);
    let judged = judge(&evidence, &[]);
    found.evidence = Some(evidence);
    judged
}

/// Whether the promise was kept.
fn kept(promise: Option<Promise>, took: Duration) -> Result<()> {
    let Some(Promise(promised)) = promise.filter(|promise| took > promise.0) else { return Ok(()) };
    let said = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let problem = Problem::data(format!(
        "all is there, but the promise is missed: the restore took {}, promised are {}",
        said(took),
        said(promised)
    ));
    Err(problem.mend("`seconds` of the evidence says which part takes how long; give it more, or promise less"))
}

fn evidence(
    tenant: &str,
    told: &cli::Drill,
    started: Timestamp,
    values: &Values,
    found: &Found,
    done: &Result<()>,
) -> Value {
    let seconds: Map<_, _> = values.parts().map(|(part, time)| (part.to_owned(), json!(time))).collect();
    let (time, ids) = found.point.as_ref().map_or((None, None), |(time, ids)| (Some(time), Some(ids)));
    json!({
        "format": 1,
        "program": concat!("moodle-backup ", env!("CARGO_PKG_VERSION")),
        "tenant": tenant,
        "started": started,
        "ended": Timestamp::now(),
        "good": done.is_ok(),
        "problem": done.as_ref().err().map(ToString::to_string),
        "point": time,
        "snapshots": ids.map(|[database, files]| json!({"database": database, "files": files})),
        "seconds": seconds,
        "promised_seconds": told.rto.map(|Promise(time)| time.as_secs_f64()),
        "site": found.site.as_ref().map(|site| json!({
            "moodle_version": site.moodle_version,
            "moodle_release": site.moodle_release,
            "server_version": site.server_version,
            "rows": site.rows,
        })),
        "evidence": found.evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_promise_is_a_time() {
        let seconds = |text: &str| text.parse().map(|Promise(time)| time.as_secs());
        assert_eq!(["30m", "1h30m", "90s", "1h 1s"].map(seconds), [Ok(1800), Ok(5400), Ok(90), Ok(3601)]);
        for wrong in ["", "0s", "-30m", "30", "soon", "30m ago"] {
            assert!(wrong.parse::<Promise>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_promise_is_missed_by_what_is_more() {
        let half = Some(Promise(Duration::from_mins(30)));
        assert!(kept(half, Duration::from_mins(30)).is_ok());
        assert!(kept(None, Duration::from_hours(30)).is_ok());
        let missed = kept(half, Duration::from_secs(1801)).map_err(|problem| (problem.code(), problem.to_string()));
        assert!(missed.is_err_and(|(code, text)| code == 1 && text.contains("took 1801.0 s, promised are 1800.0 s")));
    }

    proptest! {
        #[test]
        fn any_text_is_a_promise_or_refused(text in ".{0,30}") {
            let _ = text.parse::<Promise>();
        }
    }
}
