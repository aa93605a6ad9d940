//! The end of the process: announced once by SIGTERM or SIGINT, and heard by all that run.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Tells whether the process is to end.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Announced by SIGTERM or SIGINT.
    ///
    /// # Errors
    /// Where signals cannot be heard.
    pub fn by_signals() -> std::io::Result<Self> {
        let (tell, heard) = watch::channel(false);
        let (mut end, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(async move {
            tokio::select! { _ = end.recv() => (), _ = interrupt.recv() => () }
            crate::log("told to end", &serde_json::Value::Null);
            let _ = tell.send(true);
            tell.closed().await;
        });
        Ok(Self(heard))
    }

    /// Whether it was announced.
    #[must_use]
    pub fn announced(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it.
    pub async fn wait(&self) {
        let mut heard = self.0.clone();
        let _ = heard.wait_for(|told| *told).await;
    }
}
