//! Backs up a Moodle site into a restic repository, shows with evidence that a backup is whole, and restores it.
//!
//! The shell around the pure parts: it reads the command line, calls one step after another, and says how they ended.

#![forbid(unsafe_code)]

mod backup;
mod check;
mod chosen;
mod cli;
mod clone;
mod database;
mod drill;
mod evidence;
mod folder;
mod forget;
mod gate;
mod home;
mod inserts;
mod list;
mod manifest;
mod metrics;
mod moment;
mod once;
mod panics;
mod points;
mod problem;
mod report;
mod repository;
mod restore;
mod restored;
mod rows;
mod s3;
mod scratch;
mod source;
mod traces;
mod whole_file;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rustic_core::jiff::Timestamp;
use rustic_core::{OpenStatus, Repository};
use serde_json::json;

use crate::chosen::Chosen;
use crate::cli::{Cli, Command, Part};
use crate::clone::CloneOf;
use crate::database::Database;
use crate::evidence::Evidence;
use crate::gate::Gate;
use crate::manifest::Site;
use crate::metrics::Values;
use crate::problem::{Problem, Result, damaged};
use crate::repository::{Place, indexed, snapshots};
use crate::traces::span;
use crate::whole_file::WholeFile;

fn main() -> ExitCode {
    let cli = Cli::parse();
    report::listen_to_rustic();
    traces::begin(cli.command.name(), cli.tenant.as_deref());
    let done = run(&cli);
    traces::end(&done);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(problem.code())
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let mut values = Values::default();
    let Some(file) = cli.command.metrics() else { return attempt(cli, &mut values) };
    let (file, tenant) = (WholeFile::of(file)?, tenant(cli)?);
    let done = attempt(cli, &mut values);
    metrics::write(&file, cli.command.name(), tenant, values, done.is_ok()).and(done)
}

fn attempt(cli: &Cli, values: &mut Values) -> Result<()> {
    let place = Place::of(cli.repository.as_deref(), cli.password_file.as_deref(), &cli.store)?;
    work(cli, &place, values).map_err(|problem| place.explain(problem))
}

fn tenant(cli: &Cli) -> Result<&str> {
    let no_tenant = || Problem::usage("no site is given").mend("`--tenant NAME` or BACKUP_TENANT");
    cli.tenant.as_deref().filter(|name| !name.is_empty()).ok_or_else(no_tenant)
}

fn work(cli: &Cli, place: &Place, values: &mut Values) -> Result<()> {
    if let Command::Init = cli.command {
        let made = place.init()?;
        report::step("init", &json!({"repository": if made { "made" } else { "was there, and opens" }}));
        return Ok(());
    }
    let tenant = tenant(cli)?;
    match &cli.command {
        Command::Init => Ok(()),
        Command::Backup(told) => save(place, tenant, told, values),
        Command::List(told) => show(place, tenant, told.json),
        Command::Verify(told) => verify(place, tenant, told, values),
        Command::Restore(told) => bring_back(place, tenant, told),
        Command::Drill(told) => drill::drill(place, tenant, told, values),
        Command::Forget(told) => span("forget", || forget(place, tenant, told)),
    }
}

fn forget(place: &Place, tenant: &str, told: &cli::Forget) -> Result<()> {
    place.wait_for_locks(Duration::from_secs(told.retry_lock))?;
    let keep = forget::Keep {
        days: told.keep_within,
        daily: told.keep_daily,
        weekly: told.keep_weekly,
        monthly: told.keep_monthly,
    };
    forget::forget(&place.open(&Gate::default())?, tenant, keep, told.dry_run)?;
    if !told.dry_run {
        report::step("sweep", &json!({"unfinished_files_removed": place.sweep()}));
    }
    Ok(())
}

fn save(place: &Place, tenant: &str, told: &cli::Backup, values: &mut Values) -> Result<()> {
    let lock = told.plugin_lock.as_ref().map(backup::plugin_lock).transpose()?;
    let site = Site {
        image_digest: told.image_digest.clone(),
        db_hash: told.db_hash.clone(),
        plugin_lock: lock,
        ..Site::default()
    };
    let gate = Gate::default();
    let database = Database::of(&told.database)?;
    let mut opened = span("open", || {
        let opened = place.open(&gate)?;
        place.wait_for_locks(Duration::from_secs(told.retry_lock))?;
        opened.to_indexed_ids().map_err(damaged("the repository's index cannot be read"))
    })?;
    if told.only != Some(Part::Files) {
        let saved = values.time("database", || backup::database(&opened, &gate, tenant, &database, &site))?;
        values.point(saved.time);
    }
    if told.only != Some(Part::Database) {
        opened = values.time("files", || backup::files(opened, tenant, &told.dataroot))?;
    }
    span("manifest", || backup::manifest(&opened, tenant))
}

fn show(place: &Place, tenant: &str, json: bool) -> Result<()> {
    let (_, snaps) = snapshots(&place.open(&Gate::default())?)?;
    let text = if json {
        format!("{:#}", list::as_json(&snaps, tenant))
    } else {
        list::as_table(&snaps, tenant, Timestamp::now())
    };
    println!("{text}");
    Ok(())
}

fn verify(place: &Place, tenant: &str, told: &cli::Verify, values: &mut Values) -> Result<()> {
    let opened = span("open", || place.open(&Gate::default()))?;
    let mut damages = values.time("check", || check::check(&opened, told.read_data))?;
    place.is_there()?;
    let (time, evidence) = match values.time("evidence", || examine(opened, tenant, told)) {
        Ok((time, evidence)) => {
            values.point(time);
            values.evidence(&evidence);
            (Some(time), evidence)
        }
        Err(problem) if damages.is_empty() => return Err(problem),
        Err(problem) => {
            damages.push(problem.to_string());
            (None, Evidence::default())
        }
    };
    println!("{:#}", json!({"point": time, "damaged": damages, "evidence": evidence}));
    evidence::judge(&evidence, &damages)
}

fn examine(opened: Repository<OpenStatus>, tenant: &str, told: &cli::Verify) -> Result<(Timestamp, Evidence)> {
    let chosen = Chosen::of(indexed(opened)?, tenant, told.at)?;
    let ([database, files], [saved, copied]) = (&chosen.files, &chosen.snaps);
    let evidence = evidence::gather(&chosen.repository, database, files, copied, told.sample)?;
    Ok((saved.time, evidence))
}

fn bring_back(place: &Place, tenant: &str, told: &cli::Restore) -> Result<()> {
    if told.to_folder.is_none() && !told.to_database {
        return Err(Problem::usage("nowhere to restore to").mend("`--to-folder FOLDER`, `--to-database`, or both"));
    }
    let clone = clone_of(told)?;
    let over = restore::over(told.replace.as_deref(), tenant, clone.as_ref())?;
    let target = Database::of(&told.database)?;
    if let Some(id) = &told.id
        && target.has_restored(id)?
    {
        report::step("restore", &json!({"done": "before", "id": id.to_string()}));
        return Ok(());
    }
    let chosen = span("open", || Chosen::of(indexed(place.open(&Gate::default())?)?, tenant, told.at))?;
    let ([database, files], [saved, copied]) = (&chosen.files, &chosen.snaps);
    if let Some(folder) = &told.to_folder {
        restore::may_fill(folder, copied, over)?;
    }
    if told.to_database {
        target.takes(evidence::form(database))?;
        restore::may_fill_database(&target, over)?;
    }
    if let Some(folder) = &told.to_folder {
        span("files", || restore::folder(&chosen.repository, files, copied, folder, over))?;
    }
    if told.to_database {
        let after = restore::After { id: told.id.as_ref(), clone: clone.as_ref() };
        span("database", || restore::database(&chosen.repository, database, saved, &target, &after))?;
    }
    told.to_folder.as_deref().map_or(Ok(()), restore::finish)
}

fn clone_of(told: &cli::Restore) -> Result<Option<CloneOf>> {
    let (true, Some(old), Some(new)) = (told.clone, &told.old_wwwroot, &told.new_wwwroot) else { return Ok(None) };
    let clone = CloneOf::of(old.clone(), new.clone(), told.object_prefix.clone());
    clone.map(Some).map_err(|why| Problem::usage(why).mend("`--new-wwwroot URL` or BACKUP_NEW_WWWROOT"))
}
