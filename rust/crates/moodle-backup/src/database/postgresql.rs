//! PostgreSQL, by its own programs. Secrets reach them in their environment alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::clone::CloneOf;
use crate::database::{Feed, Options, answer};
use crate::manifest::Site;
use crate::once::RestoreId;
use crate::problem::{Problem, Result};
use crate::repository::line_of;
use crate::restore::After;
use crate::rows::{Contents, Reader};
use crate::source::{last_line, listen, not_started};

/// The schema that holds what was restored by which id: no dump has it, and no restore takes it away.
const OWN: &str = "moodle_backup";
/// Tables whose rows are not worth keeping, as `backup.sh` leaves them out.
const NO_ROWS: [&str; 4] = ["mdl_sessions", "mdl_cache_*", "mdl_task_log", "mdl_backup_ids_temp"];
const ASK: &str = "SELECT json_build_object(
    'wal_position', CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
    'server_version', current_setting('server_version'),
    'moodle_version', (SELECT value FROM mdl_config WHERE name = 'version'),
    'moodle_release', (SELECT value FROM mdl_config WHERE name = 'release'),
    'rows', json_build_object('mdl_files', (SELECT count(*) FROM mdl_files), 'mdl_config', (SELECT count(*) FROM mdl_config)))";
/// Everything that is no part of PostgreSQL and not ours goes; in the same transaction, what was saved comes.
const CLEAR: &str = "DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'moodle_backup') LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I.%I CASCADE', found.schemaname, found.tablename);
  END LOOP; END $$;\n";

/// How the database is reached. What is not given, libpq takes from its own variables (PGHOST, PGPASSFILE and so on).
#[derive(Clone, Debug, Default)]
pub struct PostgreSql {
    /// Variables for the programs.
    variables: Vec<(&'static str, String)>,
}

impl PostgreSql {
    /// What the options say.
    ///
    /// # Errors
    /// Where a file with a secret cannot be read.
    pub fn of(options: &Options) -> Result<Self> {
        let mut variables =
            vec![("PGCONNECT_TIMEOUT", "10".to_owned()), ("PGOPTIONS", "-c client_min_messages=warning".to_owned())];
        variables.extend(options.host.clone().map(|host| ("PGHOST", host)));
        variables.extend(options.port.map(|port| ("PGPORT", port.to_string())));
        variables.extend(options.name.clone().map(|name| ("PGDATABASE", name)));
        if let Some(file) = &options.user_file {
            variables.push(("PGUSER", line_of(file)?));
        }
        if let Some(file) = &options.password_file {
            variables.push(("PGPASSWORD", line_of(file)?));
        }
        Ok(Self { variables })
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Another database of the same server.
    pub fn beside(&self, name: &str) -> Self {
        let kept = self.variables.iter().filter(|(variable, _)| *variable != "PGDATABASE").cloned();
        Self { variables: kept.chain([("PGDATABASE", name.to_owned())]).collect() }
    }

    /// The rows of `mdl_files` that are in it.
    ///
    /// # Errors
    /// Where there is no such table, or it does not answer.
    pub fn contents(&self) -> Result<Contents> {
        let mut command = self.program("pg_dump");
        command.args(["--data-only", "--table=mdl_files"]).stdin(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_started("pg_dump", &error))?;
        let complaints = child.stderr.take().map(listen);
        let mut reader = Reader::default();
        let read = child.stdout.take().map_or(Ok(()), |output| read(&mut reader, output));
        let status = child.wait().map_err(|error| Problem::reach(format!("pg_dump is lost: {error}")))?;
        let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
        read?;
        if !status.success() {
            return Err(Problem::data(format!("the rows of mdl_files cannot be read: {said}")));
        }
        reader.end().map_err(Problem::data)
    }

    /// The program that writes a dump to its standard output.
    pub fn dump(&self) -> Command {
        let mut command = self.program("pg_dump");
        command.args(["--format=custom", "--compress=0", "--no-owner", "--no-privileges"]);
        command.arg(format!("--exclude-schema={OWN}"));
        command.args(NO_ROWS.map(|table| format!("--exclude-table-data={table}")));
        command
    }

    /// What one statement gives.
    ///
    /// # Errors
    /// Where the database does not answer, or refuses.
    pub fn ask(&self, sql: &str) -> Result<String> {
        let mut command = self.program("psql");
        command.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql]).stdin(Stdio::null());
        let done = command.output().map_err(|error| not_started("psql", &error))?;
        if done.status.success() {
            return Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned());
        }
        let said = String::from_utf8_lossy(&done.stderr).trim().replace('\n', "; ");
        Err(Problem::reach(format!("the database does not do what is asked: {said}"))
            .mend("see its host, user and password, and the NetworkPolicy"))
    }

    /// What the database says of the site and of itself.
    ///
    /// # Errors
    /// Where it is none of Moodle's, or does not answer.
    pub fn site(&self) -> Result<Site> {
        answer::site(&self.ask(ASK)?)
    }

    /// Whether it holds no table of anybody's.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn is_empty(&self) -> Result<bool> {
        let sql = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'moodle_backup')";
        Ok(self.ask(sql)? == "0")
    }

    /// Whether a restore of this id has filled it.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn has_restored(&self, id: &RestoreId) -> Result<bool> {
        let known = self.ask(&format!("SELECT to_regclass('{OWN}.restores') IS NOT NULL"))? == "t";
        Ok(known && self.ask(&format!("SELECT count(*) FROM {OWN}.restores WHERE id = '{id}'"))? == "1")
    }

    /// Make a database, empty.
    ///
    /// # Errors
    /// Where the user may not, or the server does not answer.
    pub fn make(&self, name: &str) -> Result<()> {
        let made = self.ask(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
        made.map(|_| ()).map_err(|problem| problem.mend("a drill's user needs CREATEDB: ALTER ROLE ... CREATEDB"))
    }

    /// Take a database away, if it is there.
    ///
    /// # Errors
    /// Where the user may not, or the server does not answer.
    pub fn remove(&self, name: &str) -> Result<()> {
        self.ask(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).map(|_| ())
    }

    /// Put a dump into the database, in one transaction with what comes after.
    ///
    /// # Errors
    /// Where the dump cannot be read, or the database takes it not.
    pub fn restore(&self, dump: Feed<'_>, snapshot: &str, after: &After<'_>) -> Result<String> {
        let record = after.id.map_or_else(String::new, |id| record(id, snapshot));
        let last = record + &after.clone.map_or_else(String::new, CloneOf::statements);
        let mut command = self.program("psql");
        command
            .args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut psql = command.spawn().map_err(|error| not_started("psql", &error))?;
        let (complaints, answers) = (psql.stderr.take().map(listen), psql.stdout.take().map(last_line));
        let sent = psql.stdin.take().map_or(Ok(()), |mut input| {
            let sent = send(dump, &last, &mut input);
            if sent.is_err() {
                // Its input is still open: it has not seen the end, and the server rolls back.
                let _ = psql.kill();
            }
            sent
        });
        let status = psql.wait().map_err(|error| Problem::reach(format!("psql is lost: {error}")))?;
        let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
        match sent {
            Ok(()) if status.success() => Ok(answers.and_then(|thread| thread.join().ok()).unwrap_or_default()),
            Err(problem) if !is_broken_pipe(&problem) => Err(problem),
            _ => Err(Problem::reach(format!(
                "the database did not take the dump, and nothing in it has changed: {said}"
            ))),
        }
    }
}

/// The statements that record a restore; a second one of the same id breaks off its transaction.
fn record(id: &RestoreId, snapshot: &str) -> String {
    format!(
        "CREATE SCHEMA IF NOT EXISTS {OWN};
CREATE TABLE IF NOT EXISTS {OWN}.restores (id text PRIMARY KEY, snapshot text NOT NULL, at timestamptz NOT NULL DEFAULT now());
INSERT INTO {OWN}.restores (id, snapshot) VALUES ('{id}', '{snapshot}');\n"
    )
}

/// One transaction, whose `COMMIT` is sent when all of the dump was.
fn send(dump: Feed<'_>, last: &str, input: &mut ChildStdin) -> Result<()> {
    let broken = |error: std::io::Error| Problem::reach(format!("psql takes nothing more: {error}"));
    input.write_all(b"BEGIN;\n").map_err(broken)?;
    input.write_all(CLEAR.as_bytes()).map_err(broken)?;
    script(&["--no-owner", "--no-privileges"], dump, |mut script| {
        std::io::copy(&mut script, input).map(|_| ()).map_err(broken)
    })?;
    input.write_all(format!("\n{last}COMMIT;\n").as_bytes()).map_err(broken)
}

/// The rows of `mdl_files` in a dump.
///
/// # Errors
/// Where the dump cannot be read, or they are none of Moodle's.
pub fn contents(dump: Feed<'_>) -> Result<Contents> {
    let mut reader = Reader::default();
    script(&["--data-only", "--table=mdl_files"], dump, |script| read(&mut reader, script))?;
    reader.end().map_err(Problem::data)
}

fn read(reader: &mut Reader, script: impl Read) -> Result<()> {
    BufReader::new(script).split(b'\n').try_for_each(|line| {
        let line = line.map_err(|error| Problem::reach(format!("the rows cannot be read: {error}")))?;
        reader.line(&line).map_err(Problem::data)
    })
}

/// Run a dump through `pg_restore` and give its script to `take`.
fn script(arguments: &[&str], dump: Feed<'_>, take: impl FnOnce(&mut dyn Read) -> Result<()>) -> Result<()> {
    let mut command = Command::new("pg_restore");
    command.args(arguments).args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| not_started("pg_restore", &error))?;
    let (input, output, complaints) = (child.stdin.take(), child.stdout.take(), child.stderr.take().map(listen));
    let (fed, taken) = std::thread::scope(|scope| {
        let feeder = scope.spawn(|| input.map_or(Ok(()), |mut input| dump(&mut input)));
        let taken = output.map_or(Ok(()), |mut output| take(&mut output));
        if taken.is_err() {
            let _ = child.kill();
        }
        (feeder.join().unwrap_or_else(|_| Err(Problem::data("the dump cannot be read"))), taken)
    });
    let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
    taken?;
    ended(child, fed, &said)
}

/// A program that has ended well may have left some of its input unread.
fn ended(mut child: Child, fed: Result<()>, said: &str) -> Result<()> {
    let status = child.wait().map_err(|error| Problem::reach(format!("pg_restore is lost: {error}")))?;
    match (status.success(), fed) {
        (true, _) => Ok(()),
        (false, Err(problem)) if !is_broken_pipe(&problem) => Err(problem),
        _ => Err(Problem::data(format!("pg_restore cannot read the dump: {said}"))),
    }
}

/// The program at the other end has gone, and says itself why.
fn is_broken_pipe(problem: &Problem) -> bool {
    problem.to_string().contains("roken pipe")
}
