//! A video made as it is watched: fragmented MP4 from ffmpeg's output. When the client goes, ffmpeg is ended.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use service_frame::metrics::METRICS;
use service_frame::problem::Problem;
use tokio::io::AsyncReadExt;
use tokio::process::ChildStdout;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{Instant, timeout_at};

use crate::child::Running;
use crate::videos::Videos;

const PIECE: usize = 64 << 10;

/// ffmpeg, and when it has to be done.
struct Live {
    output: ChildStdout,
    child: Running,
    end: Instant,
}

/// Counts those that run.
struct Counted;

impl Counted {
    fn new() -> Self {
        METRICS.add("transcoder_live", 1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        METRICS.add("transcoder_live", -1);
    }
}

/// Begin.
///
/// # Errors
/// Where all work, or it is no video.
pub async fn live(videos: &Arc<Videos>, id: &str, source: &str) -> Result<Response, Problem> {
    let permit = videos.permit_now().ok_or_else(|| Problem::later("all are at work"))?;
    let original = videos.original(id, source).await.map_err(Problem::bad)?;
    let (mut child, time) =
        videos.bounds().stream(&original.file, &original.video, &original.folder.0).map_err(Problem::later)?;
    let output = child.output().map_err(|error| Problem::later(error.to_string()))?;
    let live = Live { output, child, end: Instant::now() + time };
    let (into, pieces) = mpsc::channel(1);
    tokio::spawn(handed_on(live, (original, permit, Counted::new()), into));
    let body = Body::from_stream(stream::unfold(pieces, async |mut pieces| Some((pieces.recv().await?, pieces))));
    Ok(([(header::CONTENT_TYPE, "video/mp4"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// Hands on what ffmpeg writes, until it has ended, the client has gone, or the time is over: who does not read, and does not go either, keeps nobody
/// from working any longer than that. What is `held` goes with ffmpeg. An error is seen by the client as an answer that broke off.
async fn handed_on<T>(mut live: Live, held: T, into: Sender<io::Result<Bytes>>) {
    let done = tokio::select! {
        done = timeout_at(live.end, live.all(&into)) => done.unwrap_or_else(|_| Err(io::Error::other("it takes too long"))),
        () = into.closed() => Ok(()),
    };
    drop((live, held));
    if let Err(error) = done {
        let _ = into.send(Err(error)).await;
    }
}

impl Live {
    async fn all(&mut self, into: &Sender<io::Result<Bytes>>) -> io::Result<()> {
        loop {
            let mut piece = BytesMut::with_capacity(PIECE);
            if self.output.read_buf(&mut piece).await? == 0 {
                break;
            }
            if into.send(Ok(piece.freeze())).await.is_err() {
                return Ok(());
            }
        }
        if self.child.wait().await?.success() {
            Ok(())
        } else {
            Err(io::Error::other("ffmpeg could not read it to its end"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Stdio;
    use std::time::Duration;
    use tokio::process::Command;

    #[tokio::test]
    async fn who_does_not_read_holds_nothing_longer_than_the_time() -> io::Result<()> {
        let mut child = Running::of(Command::new("yes").stdout(Stdio::piped()))?;
        let live = Live { output: child.output()?, child, end: Instant::now() + Duration::from_millis(300) };
        let (held, (into, mut pieces)) = (Arc::new(()), mpsc::channel(1));
        let task = tokio::spawn(handed_on(live, Arc::clone(&held), into));
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(Arc::strong_count(&held), 1, "nobody reads, and the time is over");
        assert!(pieces.recv().await.is_some_and(|piece| piece.is_ok()));
        assert!(pieces.recv().await.is_some_and(|piece| piece.is_err()), "the answer breaks off");
        assert!(pieces.recv().await.is_none() && task.await.is_ok());
        Ok(())
    }
}
