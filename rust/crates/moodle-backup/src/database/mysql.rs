//! MySQL and MariaDB, by the server's own programs. `DROP TABLE` ends a transaction there: what is restored is made in a database
//! beside the site's, and comes into it by one `RENAME TABLE` when all of it is there.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::clone::{CloneOf, Column};
use crate::database::options_file::{OptionsFile, quoted};
use crate::database::{Feed, Kind, Options, answer};
use crate::inserts::Reader;
use crate::manifest::Site;
use crate::once::RestoreId;
use crate::problem::{Problem, Result};
use crate::repository::line_of;
use crate::restore::After;
use crate::rows::Contents;
use crate::scratch::name;
use crate::source::{listen, not_started};

/// Tables whose rows are not worth keeping, as `backup.sh` leaves them out; one that is not there is no matter.
const NO_ROWS: [&str; 5] =
    ["mdl_sessions", "mdl_cache_filters", "mdl_cache_flags", "mdl_task_log", "mdl_backup_ids_temp"];
/// The table that holds what was restored by which id: no dump has it, and no restore takes it away.
const OWN: &str = "moodle_backup_restores";
const ASK: &str = "SELECT JSON_OBJECT('server_version', VERSION(),
    'moodle_version', (SELECT value FROM mdl_config WHERE name = 'version'),
    'moodle_release', (SELECT value FROM mdl_config WHERE name = 'release'),
    'rows', JSON_OBJECT('mdl_files', (SELECT COUNT(*) FROM mdl_files), 'mdl_config', (SELECT COUNT(*) FROM mdl_config)))";

/// How the database is reached.
#[derive(Clone, Debug)]
pub struct MySql {
    file: Arc<OptionsFile>,
    kind: Kind,
    name: String,
}

impl MySql {
    pub fn of(options: &Options) -> Result<Self> {
        fn given<'a, T>(value: Option<&'a T>, how: &str) -> Result<&'a T> {
            value.ok_or_else(|| Problem::usage("the database is not given whole").mend(how))
        }
        let host = given(options.host.as_ref(), "`--db-host` or DB_HOST")?;
        let name = given(options.name.as_ref(), "`--db-name` or DB_NAME")?;
        if !is_plain(name) {
            return Err(Problem::usage(format!("`{}` is no name of a database", name.escape_debug())));
        }
        let user = line_of(given(options.user_file.as_ref(), "`--db-user-file` or DB_USER_FILE")?)?;
        let password = line_of(given(options.password_file.as_ref(), "`--db-password-file` or DB_PASSWORD_FILE")?)?;
        let tls = options.authority.as_ref().filter(|file| !file.is_empty()).map_or_else(String::new, |file| {
            // What one program does not know the other does, and passes it over (loose-).
            format!("ssl-ca={}\nloose-ssl-mode=VERIFY_IDENTITY\nloose-ssl-verify-server-cert\n", quoted(file))
        });
        let text = format!(
            "[client]\nhost={}\nport={}\nprotocol=tcp\nuser={}\npassword={}\ndefault-character-set=utf8mb4\n{tls}\
             [mysqldump]\nno-tablespaces\nhex-blob\nloose-set-gtid-purged=OFF\n[mysql]\nconnect-timeout=10\n",
            quoted(host),
            options.port.unwrap_or(3306),
            quoted(&user),
            quoted(&password)
        );
        Ok(Self { file: Arc::new(OptionsFile::of(&text)?), kind: options.kind, name: name.clone() })
    }

    pub fn beside(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// One of two programs that do the same.
    fn program(&self, mysqls: &str, mariadbs: &str) -> Command {
        let names = if self.kind == Kind::Mysql { [mysqls, mariadbs] } else { [mariadbs, mysqls] };
        let folders: Vec<PathBuf> =
            std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
        let found = names.into_iter().find(|name| folders.iter().any(|folder| folder.join(name).is_file()));
        let mut command = Command::new(found.unwrap_or(names[0]));
        command.arg(self.file.argument());
        command
    }

    fn dumper(&self, arguments: &[&str]) -> Command {
        let mut command = self.program("mysqldump", "mariadb-dump");
        command.args(arguments).arg(format!("--ignore-table={}.{OWN}", self.name));
        command
    }

    /// All tables first, then the rows of those that are worth it, as `backup.sh` does.
    pub fn dump(&self) -> Vec<Command> {
        let mut tables = self.dumper(&["--no-data"]);
        tables.arg(&self.name);
        let mut rows = self.dumper(&["--single-transaction", "--quick", "--no-create-info"]);
        rows.args(NO_ROWS.map(|table| format!("--ignore-table={}.{table}", self.name))).arg(&self.name);
        vec![tables, rows]
    }

    pub fn contents(&self) -> Result<Contents> {
        let mut command = self.dumper(&["--single-transaction", "--quick"]);
        command.args([&self.name, "mdl_files"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| not_started("mysqldump", &error))?;
        let (complaints, mut reader) = (child.stderr.take().map(listen), Reader::default());
        let read = child.stdout.take().map_or(Ok(0), |mut output| std::io::copy(&mut output, &mut reader));
        let status = child.wait().map_err(|error| Problem::reach(format!("mysqldump is lost: {error}")))?;
        let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
        let read = read.map(|_| ()).map_err(|error| Problem::reach(format!("the rows cannot be read: {error}")));
        if status.success() {
            reader.end(read)
        } else {
            Err(Problem::data(format!("the rows of mdl_files cannot be read: {said}")))
        }
    }

    /// Send statements, or a dump, to the server; the first that it refuses ends it.
    fn send(&self, database: Option<&str>, feed: Feed<'_>) -> Result<String> {
        let mut command = self.program("mysql", "mariadb");
        command.args(["--batch", "--skip-column-names", "--raw"]).args(database);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = command.spawn().map_err(|error| not_started("mysql", &error))?;
        let complaints = client.stderr.take().map(listen);
        let answers = client
            .stdout
            .take()
            .map(|mut output| std::thread::spawn(move || std::io::read_to_string(&mut output).unwrap_or_default()));
        let sent = client.stdin.take().map_or(Ok(()), |mut input| {
            let sent = feed(&mut input).and_then(|()| input.flush().map_err(|error| Problem::reach(error.to_string())));
            if sent.is_err() {
                let _ = client.kill();
            }
            sent
        });
        let status = client.wait().map_err(|error| Problem::reach(format!("mysql is lost: {error}")))?;
        let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
        match sent {
            Ok(()) if status.success() => Ok(answers.and_then(|thread| thread.join().ok()).unwrap_or_default()),
            Err(problem) if !problem.to_string().contains("roken pipe") => Err(problem),
            _ => Err(Problem::reach(format!("the database does not do what is asked: {said}"))
                .mend("see its host, user and password, and the NetworkPolicy")),
        }
    }

    fn ask(&self, sql: &str) -> Result<String> {
        let said = self.send(Some(&self.name), statements(format!("{sql};\n")))?;
        Ok(said.trim().to_owned())
    }

    pub fn site(&self) -> Result<Site> {
        let site = answer::site(&self.ask(ASK)?)?;
        let is_mariadb = site.server_version.as_ref().is_some_and(|version| version.contains("MariaDB"));
        let position = if is_mariadb { "@@GLOBAL.gtid_binlog_pos" } else { "@@GLOBAL.gtid_executed" };
        let position = self.ask(&format!("SELECT {position}")).ok().filter(|position| !position.is_empty());
        Ok(Site { wal_position: position, ..site })
    }

    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.tables(&self.name)?.iter().all(|table| table == OWN))
    }

    fn tables(&self, database: &str) -> Result<Vec<String>> {
        let sql = format!("SELECT table_name FROM information_schema.tables WHERE table_schema = '{database}'");
        Ok(self.ask(&sql)?.lines().map(str::to_owned).collect())
    }

    pub fn has_restored(&self, id: &RestoreId) -> Result<bool> {
        let known = self.tables(&self.name)?.iter().any(|table| table == OWN);
        Ok(known && self.ask(&format!("SELECT COUNT(*) FROM {OWN} WHERE id = '{id}'"))? == "1")
    }

    /// What is there is taken away in the same moment in which what was saved comes.
    pub fn restore(&self, dump: Feed<'_>, snapshot: &str, after: &After<'_>) -> Result<String> {
        let (made, before) = (name("restore", &self.name), name("before", &self.name));
        let of = "SELECT CONCAT('CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name)
            FROM information_schema.schemata WHERE schema_name = DATABASE()";
        let letters = self.ask(of)?;
        let fresh = format!(
            "DROP DATABASE IF EXISTS {made};\nDROP DATABASE IF EXISTS {before};\nCREATE DATABASE {made} {letters};\n"
        );
        let grant = "a restore's user needs databases of its own: GRANT ALL ON `moodle\\_backup\\_%`.* TO ...";
        self.send(None, statements(fresh)).map_err(|problem| problem.mend(grant))?;
        let filled = self.send(Some(&made), dump).and_then(|_| self.arrive(&made, &before, &letters, snapshot, after));
        if filled.is_err() {
            let _ = self.send(None, statements(format!("DROP DATABASE IF EXISTS {made};\n")));
        }
        filled
    }

    fn arrive(&self, made: &str, before: &str, letters: &str, snapshot: &str, after: &After<'_>) -> Result<String> {
        let site = identifier(&self.name);
        let old = self.tables(&self.name)?;
        let recorded = old.iter().any(|table| table == OWN);
        if after.id.is_some() || recorded {
            let table = format!(
                "DROP TABLE IF EXISTS {OWN};
CREATE TABLE {OWN} (id varchar(100) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, snapshot varchar(64) NOT NULL,
  at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP) ENGINE=InnoDB;\n"
            );
            let kept = recorded.then(|| format!("INSERT INTO {OWN} SELECT * FROM {site}.{OWN};\n"));
            let new = after.id.map(|id| format!("INSERT INTO {OWN} (id, snapshot) VALUES ('{id}', '{snapshot}');\n"));
            let record = [Some(table), kept, new].into_iter().flatten().collect();
            self.send(Some(made), statements(record))?;
        }
        let fresh = self.tables(made)?;
        if !fresh.iter().any(|table| table == "mdl_files") {
            return Err(Problem::data("the dump holds no table `mdl_files`, and nothing in the database has changed"));
        }
        let said = after.clone.map_or(Ok(String::new()), |clone| self.become_clone(made, clone))?;
        let away = old
            .iter()
            .map(|table| (identifier(table), &site, before))
            .map(|(table, from, to)| format!("{from}.{table} TO {to}.{table}"));
        let here = fresh.iter().map(|table| identifier(table)).map(|table| format!("{made}.{table} TO {site}.{table}"));
        let moves: Vec<_> = away.chain(here).collect();
        let swap = format!(
            "CREATE DATABASE {before} {letters};\nRENAME TABLE {};\nDROP DATABASE {before};\nDROP DATABASE {made};\n",
            moves.join(",\n")
        );
        self.send(None, statements(swap)).map(|_| said)
    }

    fn become_clone(&self, made: &str, clone: &CloneOf) -> Result<String> {
        let columns = Column::read(&self.ask(&Column::ask(made))?);
        let sql = clone.for_mysql(&self.tables(made)?, &columns);
        let said = self.send(Some(made), statements(sql)).map_err(|problem| {
            let own = problem.to_string().contains("more than 1 row");
            if own {
                Problem::reach(
                    "the prefix of the clone's objects is the source's own: name another with --object-prefix",
                )
            } else {
                problem
            }
        })?;
        Ok(clone.said(&said).to_string())
    }

    pub fn make(&self, database: &str) -> Result<()> {
        let made = self.send(
            None,
            statements(format!("CREATE DATABASE {database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n")),
        );
        let grant = "a drill's user needs databases of its own: GRANT ALL ON `moodle\\_backup\\_%`.* TO ...";
        made.map(|_| ()).map_err(|problem| problem.mend(grant))
    }

    pub fn remove(&self, database: &str) -> Result<()> {
        let names = [database.to_owned(), name("restore", database), name("before", database)];
        let gone = names.map(|name| format!("DROP DATABASE IF EXISTS {name};\n")).concat();
        self.send(None, statements(gone)).map(|_| ())
    }
}

fn statements(sql: String) -> Feed<'static> {
    Box::new(move |input| {
        input.write_all(sql.as_bytes()).map_err(|error| Problem::reach(format!("mysql takes nothing more: {error}")))
    })
}

/// Nothing that we quote ends its quotes.
fn is_plain(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.contains(['\'', '"', '`', '\\', '.', '/', ' ', ';'])
        && !name.contains(char::is_control)
}

fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
