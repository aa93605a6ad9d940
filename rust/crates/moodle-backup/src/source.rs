//! What is backed up without lying in a folder: a program's output, and a few bytes of our own.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{Metadata, Node, NodeType};
use rustic_core::{ReadSource, ReadSourceEntry, RusticResult};

use crate::gate::Gate;
use crate::problem::{Problem, Result};

/// One file with a reader's content.
#[derive(Debug)]
pub struct OneFile<R> {
    path: PathBuf,
    reader: Mutex<Option<R>>,
}

impl<R> OneFile<R> {
    /// The file `path` of the snapshot, read once.
    pub fn new(path: &Path, reader: R) -> Self {
        Self { path: path.to_owned(), reader: Mutex::new(Some(reader)) }
    }
}

impl<R: Read + Send + 'static> ReadSource for OneFile<R> {
    type Open = R;
    type Iter = std::iter::Once<RusticResult<ReadSourceEntry<R>>>;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Self::Iter {
        let open = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let meta = Metadata { mode: Some(0o644), mtime: Some(Timestamp::now()), links: 1, ..Metadata::default() };
        let name = self.path.file_name().unwrap_or(OsStr::new("file"));
        let node = Node::new_node(name, NodeType::File, meta);
        std::iter::once(Ok(ReadSourceEntry { path: self.path.clone(), node, open }))
    }
}

/// What programs write to their standard output, one after the other, which ends well only where each of them does; the gate is open from
/// then on alone.
pub struct Output {
    later: std::vec::IntoIter<Command>,
    program: String,
    child: Child,
    stdout: ChildStdout,
    complaints: Option<JoinHandle<String>>,
    gate: Gate,
}

impl Output {
    /// Start the first program.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn of(commands: Vec<Command>, gate: Gate) -> Result<Self> {
        let mut later = commands.into_iter();
        let first = later.next().ok_or_else(|| Problem::reach("no program writes a dump"))?;
        let (program, child, stdout, complaints) = start(first, &gate)?;
        Ok(Self { later, program, child, stdout, complaints, gate })
    }

    fn end(&mut self) -> io::Result<()> {
        let status = self.child.wait()?;
        let Some(complaints) = self.complaints.take() else { return Ok(()) };
        let complaints = complaints.join().unwrap_or_default();
        if status.success() {
            let Some(next) = self.later.next() else {
                self.gate.open();
                return Ok(());
            };
            let started = start(next, &self.gate).map_err(io::Error::other)?;
            (self.program, self.child, self.stdout, self.complaints) = started;
            return Ok(());
        }
        let why = format!("`{}` broke off ({status}): {complaints}", self.program);
        self.gate.shut(why.clone());
        Err(io::Error::other(why))
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.stdout.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let left = self.later.len();
            self.end()?;
            if left == 0 {
                return Ok(0);
            }
        }
    }
}

type Started = (String, Child, ChildStdout, Option<JoinHandle<String>>);

fn start(mut command: Command, gate: &Gate) -> Result<Started> {
    let program = command.get_program().to_string_lossy().into_owned();
    gate.shut(format!("`{program}` has not ended"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| not_started(&program, &error))?;
    let stdout = child.stdout.take().ok_or_else(|| Problem::reach(format!("`{program}` has no output")))?;
    let complaints = child.stderr.take().map(listen);
    Ok((program, child, stdout, complaints))
}

impl Drop for Output {
    fn drop(&mut self) {
        // Where nobody read to the end, the program would wait for us for ever.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program says on its standard error, its last lines on one.
pub fn listen(mut stderr: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = stderr.read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said).into_owned();
        let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join("; ")
    })
}

/// The last line of what a program says on its standard output.
pub fn last_line(stdout: ChildStdout) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let lines = BufReader::new(stdout).lines().map_while(std::result::Result::ok);
        lines.filter(|line| !line.is_empty()).last().unwrap_or_default()
    })
}

/// A program that is not there, most often.
pub fn not_started(program: &str, error: &io::Error) -> Problem {
    Problem::reach(format!("`{program}` cannot be started: {error}"))
        .mend("install the database's client programs, of the server's version or later")
}
