//! The command line.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::check::ReadData;
use crate::clone::{Address, Prefix};
use crate::database;
use crate::drill::Promise;
use crate::evidence::Sample;
use crate::moment::Moment;
use crate::once::RestoreId;
use crate::s3;

const AFTER: &str = "\
Examples:
  export RESTIC_REPOSITORY=/srv/backup/acme RESTIC_PASSWORD_FILE=/run/secrets/backup/repository-password BACKUP_TENANT=acme
  moodle-backup init
  moodle-backup backup --dataroot /var/moodledata
  moodle-backup list
  moodle-backup verify --sample all --read-data all
  moodle-backup restore --at 2026-11-22T03:00:00Z --to-folder /srv/clone/moodledata --to-database --db-name clone
  moodle-backup restore --clone --old-wwwroot https://moodle.example.org --new-wwwroot https://clone.example.org --to-database --db-name clone
  moodle-backup drill --scratch /scratch --rto 30m --evidence drill.json --db-host scratch-db --db-name postgres
  moodle-backup forget --keep-daily 14 --keep-weekly 8 --keep-monthly 12

Exit codes:
  0  done
  1  what is stored, or was to be stored, is not whole; what is missing or corrupt is named. Or a drill took too long
  2  the command is refused, and nothing was touched
  3  the repository or the database cannot be reached, or a program failed; no snapshot was made of it

Secrets come from files or the environment. Data goes to standard output, what happens to standard error: one JSON object a line
where that is no terminal.";

/// Back up a Moodle site into a restic repository, show that a backup is whole, and restore it.
#[derive(Debug, Parser)]
#[command(name = "moodle-backup", version, after_help = AFTER)]
pub struct Cli {
    /// The restic repository: a folder, or s3:https://HOST/BUCKET/PREFIX
    #[arg(long, short, env = "RESTIC_REPOSITORY", global = true, value_name = "PLACE")]
    pub repository: Option<String>,
    /// The file that holds the repository's password; else it is in `RESTIC_PASSWORD`
    #[arg(long, short, env = "RESTIC_PASSWORD_FILE", global = true, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The site's name, which snapshots have as their host
    #[arg(long, short, env = "BACKUP_TENANT", global = true, value_name = "NAME")]
    pub tenant: Option<String>,
    /// How an object store is reached.
    #[command(flatten)]
    pub store: s3::Options,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the repository, or see that it is there and opens
    Init,
    /// Save the database, then the files, then the manifest of the two
    Backup(Backup),
    /// Show the points in time, the oldest first
    List(List),
    /// Check the repository, and hold the rows of `mdl_files` against the files of a point in time
    Verify(Verify),
    /// Restore a point in time into an empty folder and an empty database
    Restore(Restore),
    /// Restore into a scratch folder and a scratch database, see that all is there, and say how long it took
    Drill(Drill),
    /// Remove what retention does not keep
    Forget(Forget),
}

impl Command {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Backup(_) => "backup",
            Self::List(_) => "list",
            Self::Verify(_) => "verify",
            Self::Restore(_) => "restore",
            Self::Drill(_) => "drill",
            Self::Forget(_) => "forget",
        }
    }

    /// Where its metrics go.
    pub fn metrics(&self) -> Option<&Path> {
        match self {
            Self::Backup(told) => told.metrics.as_deref(),
            Self::Verify(told) => told.metrics.as_deref(),
            Self::Drill(told) => told.metrics.as_deref(),
            Self::Init | Self::List(_) | Self::Restore(_) | Self::Forget(_) => None,
        }
    }
}

/// Half of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The dump.
    Database,
    /// Moodledata.
    Files,
}

/// What `backup` is told.
#[derive(Args, Debug)]
pub struct Backup {
    /// Save this half alone, as the cron jobs do; the manifest is written when both are there
    #[arg(long, value_name = "PART")]
    pub only: Option<Part>,
    /// Moodledata
    #[arg(long, env = "MOODLE_DATAROOT", default_value = "/var/moodledata", value_name = "FOLDER")]
    pub dataroot: PathBuf,
    /// The digest of the image that serves the site, for the manifest
    #[arg(long, env = "MOODLE_IMAGE_DIGEST", value_name = "DIGEST")]
    pub image_digest: Option<String>,
    /// Moodle's hash of that image's `db/` folders, for the manifest
    #[arg(long, env = "MOODLE_DB_HASH", value_name = "HASH")]
    pub db_hash: Option<String>,
    /// A JSON file that names the plugins, for the manifest
    #[arg(long, env = "MOODLE_PLUGIN_LOCK", value_name = "FILE")]
    pub plugin_lock: Option<PathBuf>,
    /// Seconds to wait for another program's lock
    #[arg(long, default_value_t = 600, value_name = "SECONDS")]
    pub retry_lock: u64,
    /// Write what the run gave into this file, for node exporter's textfile collector; a command has its own
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// How the database is reached.
    #[command(flatten)]
    pub database: database::Options,
}

/// What `list` is told.
#[derive(Args, Debug)]
pub struct List {
    /// One JSON array instead of a table
    #[arg(long)]
    pub json: bool,
}

/// What `verify` is told.
#[derive(Args, Debug)]
pub struct Verify {
    /// Which point in time: the newest whole one that is not later
    #[arg(long, default_value = "latest", value_name = "TIME")]
    pub at: Moment,
    /// How many files are read and their sha1 compared: a number, or all
    #[arg(long, default_value = "100", value_name = "N|all")]
    pub sample: Sample,
    /// How much of the repository is read besides: none, all, 5%, 3/53, 200MiB
    #[arg(long, default_value = "none", value_name = "PART")]
    pub read_data: ReadData,
    /// Write what the run gave into this file, for node exporter's textfile collector; a command has its own
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
}

/// What `drill` is told.
#[derive(Args, Debug)]
pub struct Drill {
    /// Which point in time: the newest whole one that is not later
    #[arg(long, default_value = "latest", value_name = "TIME")]
    pub at: Moment,
    /// How many files are read and their sha1 compared: a number, or all
    #[arg(long, default_value = "100", value_name = "N|all")]
    pub sample: Sample,
    /// A folder with room for moodledata; what the drill puts there goes again
    #[arg(long, env = "BACKUP_SCRATCH", value_name = "FOLDER")]
    pub scratch: PathBuf,
    /// What is promised: how long the restore may take, as 30m
    #[arg(long, env = "BACKUP_RTO", value_name = "TIME")]
    pub rto: Option<Promise>,
    /// Write the evidence into this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// Write what the run gave into this file, for node exporter's textfile collector; a command has its own
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// How the server is reached: the drill connects to this database to make one beside it, and touches nothing in it
    #[command(flatten)]
    pub database: database::Options,
}

/// What `restore` is told.
#[derive(Args, Debug)]
pub struct Restore {
    /// Which point in time: the newest whole one that is not later
    #[arg(long, default_value = "latest", value_name = "TIME")]
    pub at: Moment,
    /// Restore moodledata into this folder
    #[arg(long, value_name = "FOLDER")]
    pub to_folder: Option<PathBuf>,
    /// Restore the database, in one transaction
    #[arg(long)]
    pub to_database: bool,
    /// Overwrite what is there, for good; the site's name must be typed, with `--clone` the clone's host
    #[arg(long, value_name = "SITE-NAME")]
    pub replace: Option<String>,
    /// Restore once: where the database says that a restore of this id has filled it, nothing is touched, and all is well
    #[arg(long, env = "BACKUP_RESTORE_ID", value_name = "ID", requires = "to_database")]
    pub id: Option<RestoreId>,
    /// Make it a clone: another address, no mail, no cron, objects of its own
    #[arg(long, requires_all = ["old_wwwroot", "new_wwwroot", "to_database"])]
    pub clone: bool,
    /// The site's address, for `--clone`
    #[arg(long, env = "BACKUP_OLD_WWWROOT", value_name = "URL")]
    pub old_wwwroot: Option<Address>,
    /// The clone's address, for `--clone`
    #[arg(long, env = "BACKUP_NEW_WWWROOT", value_name = "URL")]
    pub new_wwwroot: Option<Address>,
    /// Where a clone's ObjectFS keeps its objects; clones/HOST-.../ where this is not given
    #[arg(long, env = "BACKUP_OBJECT_PREFIX", value_name = "PREFIX/")]
    pub object_prefix: Option<Prefix>,
    /// How the database is reached.
    #[command(flatten)]
    pub database: database::Options,
}

/// What `forget` is told.
#[derive(Args, Debug)]
pub struct Forget {
    /// Keep all of the last days
    #[arg(long, default_value_t = 2, value_name = "DAYS")]
    pub keep_within: u16,
    /// Keep the last of each day
    #[arg(long, env = "KEEP_DAILY", default_value_t = 14, value_name = "N")]
    pub keep_daily: u16,
    /// Keep the last of each week
    #[arg(long, env = "KEEP_WEEKLY", default_value_t = 8, value_name = "N")]
    pub keep_weekly: u16,
    /// Keep the last of each month
    #[arg(long, env = "KEEP_MONTHLY", default_value_t = 12, value_name = "N")]
    pub keep_monthly: u16,
    /// Seconds to wait for another program's lock
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub retry_lock: u64,
    /// Say what would go, and keep it
    #[arg(long)]
    pub dry_run: bool,
}
