//! A child that ends with its owner, and is waited for even then: tokio kills what is dropped, and leaves it as a zombie until the next one starts.

use std::io;
use std::process::ExitStatus;

use tokio::process::{Child, ChildStdout, Command};
use tokio::runtime::Handle;

/// A child that runs.
pub struct Running(Option<Child>);

impl Running {
    /// Start it.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn of(command: &mut Command) -> io::Result<Self> {
        command.kill_on_drop(true).spawn().map(|child| Self(Some(child)))
    }

    /// What it writes, once.
    pub fn output(&mut self) -> io::Result<ChildStdout> {
        let output = self.0.as_mut().and_then(|child| child.stdout.take());
        output.ok_or_else(|| io::Error::other("the child has no output"))
    }

    /// How it ended.
    ///
    /// # Errors
    /// Where it cannot be waited for.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        match &mut self.0 {
            Some(child) => child.wait().await,
            None => Err(io::Error::other("there is no child")),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where the runtime has ended, the child is dropped, and killed by that.
        if let (Some(mut child), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { child.kill().await });
        }
    }
}
