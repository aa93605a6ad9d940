//! The site's database, by its server's own programs: PostgreSQL's, or those of MySQL and MariaDB.

mod answer;
mod mysql;
mod options_file;
mod postgresql;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use crate::inserts;
use crate::manifest::Site;
use crate::once::RestoreId;
use crate::problem::{Problem, Result};
use crate::restore::After;
use crate::rows::Contents;
use mysql::MySql;
use postgresql::PostgreSql;

/// Writes a dump to where it is read.
pub type Feed<'a> = Box<dyn FnOnce(&mut dyn Write) -> Result<()> + Send + 'a>;

/// Whose database it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// PostgreSQL.
    #[default]
    Postgresql,
    /// MySQL, or what is compatible with it.
    Mysql,
    /// MariaDB.
    Mariadb,
}

/// How a dump is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As `pg_dump --format=custom` does.
    Custom,
    /// As `mysqldump` and `mariadb-dump` do: statements of SQL.
    Sql,
}

impl Form {
    /// What the file's name says.
    pub fn of(path: &str) -> Self {
        if Path::new(path).extension().is_some_and(|kind| kind == "sql") { Self::Sql } else { Self::Custom }
    }

    /// What the file is called in its snapshot.
    pub fn file(self) -> &'static str {
        match self {
            Self::Custom => "/database.dump",
            Self::Sql => "/database.sql",
        }
    }
}

/// What a command line says of the database.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Database (what is not given for PostgreSQL, PGHOST, PGPASSFILE and so on say)")]
pub struct Options {
    /// Whose it is
    #[arg(long = "db-type", id = "db_type", env = "DB_TYPE", value_name = "TYPE", default_value = "postgresql")]
    kind: Kind,
    /// The server's name
    #[arg(long = "db-host", id = "db_host", env = "DB_HOST", value_name = "HOST")]
    host: Option<String>,
    /// The server's port
    #[arg(long = "db-port", id = "db_port", env = "DB_PORT", value_name = "PORT")]
    port: Option<u16>,
    /// The database's name
    #[arg(long = "db-name", id = "db_name", env = "DB_NAME", value_name = "NAME")]
    name: Option<String>,
    /// The file that holds the user's name
    #[arg(long = "db-user-file", id = "db_user_file", env = "DB_USER_FILE", value_name = "FILE")]
    user_file: Option<PathBuf>,
    /// The file that holds the user's password
    #[arg(long = "db-password-file", id = "db_password_file", env = "DB_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The authority that vouches for a server of MySQL or MariaDB; PostgreSQL has PGSSLMODE and PGSSLROOTCERT
    #[arg(long = "db-ca", id = "db_ca", env = "DB_CA", value_name = "FILE")]
    authority: Option<String>,
}

/// A database of one of the servers.
#[derive(Clone, Debug)]
pub enum Database {
    /// PostgreSQL's.
    PostgreSql(PostgreSql),
    /// MySQL's or MariaDB's.
    MySql(MySql),
}

impl Database {
    /// What the options say.
    ///
    /// # Errors
    /// Where a file with a secret cannot be read, or something lacks.
    pub fn of(options: &Options) -> Result<Self> {
        match options.kind {
            Kind::Postgresql => PostgreSql::of(options).map(Self::PostgreSql),
            Kind::Mysql | Kind::Mariadb => MySql::of(options).map(Self::MySql),
        }
    }

    /// How its dumps are written.
    pub fn form(&self) -> Form {
        match self {
            Self::PostgreSql(_) => Form::Custom,
            Self::MySql(_) => Form::Sql,
        }
    }

    /// See that it reads a dump of this form.
    ///
    /// # Errors
    /// Where it is another server's.
    pub fn takes(&self, form: Form) -> Result<()> {
        if self.form() == form {
            return Ok(());
        }
        let whose = if form == Form::Sql { "MySQL's or MariaDB's" } else { "PostgreSQL's" };
        Err(Problem::usage(format!("the dump is {whose}, and nothing was touched")).mend("`--db-type` or DB_TYPE"))
    }

    /// Another database of the same server.
    pub fn beside(&self, name: &str) -> Self {
        match self {
            Self::PostgreSql(found) => Self::PostgreSql(found.beside(name)),
            Self::MySql(found) => Self::MySql(found.beside(name)),
        }
    }

    /// The programs that write a dump to their standard output, one after the other.
    pub fn dump(&self) -> Vec<Command> {
        match self {
            Self::PostgreSql(found) => vec![found.dump()],
            Self::MySql(found) => found.dump(),
        }
    }

    /// What the database says of the site and of itself.
    ///
    /// # Errors
    /// Where it is none of Moodle's, or does not answer.
    pub fn site(&self) -> Result<Site> {
        match self {
            Self::PostgreSql(found) => found.site(),
            Self::MySql(found) => found.site(),
        }
    }

    /// Whether it holds no table of anybody's.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn is_empty(&self) -> Result<bool> {
        match self {
            Self::PostgreSql(found) => found.is_empty(),
            Self::MySql(found) => found.is_empty(),
        }
    }

    /// The rows of `mdl_files` that are in it.
    ///
    /// # Errors
    /// Where there is no such table, or it does not answer.
    pub fn contents(&self) -> Result<Contents> {
        match self {
            Self::PostgreSql(found) => found.contents(),
            Self::MySql(found) => found.contents(),
        }
    }

    /// Put a dump into the database, and do what comes after: all of it is there then, or nothing has changed. Gives what a clone's
    /// statements said.
    ///
    /// # Errors
    /// Where the dump cannot be read, or the database takes it not.
    pub fn restore(&self, dump: Feed<'_>, snapshot: &str, after: &After<'_>) -> Result<String> {
        match self {
            Self::PostgreSql(found) => found.restore(dump, snapshot, after),
            Self::MySql(found) => found.restore(dump, snapshot, after),
        }
    }

    /// Whether a restore of this id has filled it.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn has_restored(&self, id: &RestoreId) -> Result<bool> {
        match self {
            Self::PostgreSql(found) => found.has_restored(id),
            Self::MySql(found) => found.has_restored(id),
        }
    }

    /// Make a database of this name for a drill, empty.
    ///
    /// # Errors
    /// Where the user may not, or the server does not answer.
    pub fn make(&self, name: &str) -> Result<()> {
        match self {
            Self::PostgreSql(found) => found.make(name),
            Self::MySql(found) => found.make(name),
        }
    }

    /// Take a drill's database away, if it is there.
    ///
    /// # Errors
    /// Where the user may not, or the server does not answer.
    pub fn remove(&self, name: &str) -> Result<()> {
        match self {
            Self::PostgreSql(found) => found.remove(name),
            Self::MySql(found) => found.remove(name),
        }
    }
}

/// The rows of `mdl_files` in a dump.
///
/// # Errors
/// Where the dump cannot be read, or they are none of Moodle's.
pub fn contents(form: Form, dump: Feed<'_>) -> Result<Contents> {
    match form {
        Form::Custom => postgresql::contents(dump),
        Form::Sql => {
            let mut reader = inserts::Reader::default();
            let read = dump(&mut reader);
            reader.end(read)
        }
    }
}
