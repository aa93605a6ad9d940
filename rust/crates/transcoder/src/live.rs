//! A video made as it is watched: fragmented MP4 from ffmpeg's output. When the client goes, ffmpeg is ended.

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
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use crate::child::Running;
use crate::videos::{Original, Videos};

const PIECE: usize = 64 << 10;

/// All that ends with the answer.
struct Live {
    output: ChildStdout,
    child: Running,
    end: Instant,
    _original: Original,
    _permit: OwnedSemaphorePermit,
    _counted: Counted,
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
pub async fn live(videos: &Arc<Videos>, source: &str) -> Result<Response, Problem> {
    let permit = videos.permit_now().ok_or_else(|| Problem::later("all are at work"))?;
    let original = videos.original(source).await.map_err(Problem::bad)?;
    let (mut child, time) =
        videos.bounds().stream(&original.file, &original.video, &original.folder.0).map_err(Problem::later)?;
    let output = child.output().map_err(|error| Problem::later(error.to_string()))?;
    let end = Instant::now() + time;
    let live = Live { output, child, end, _original: original, _permit: permit, _counted: Counted::new() };
    let body = Body::from_stream(stream::try_unfold(live, next));
    Ok(([(header::CONTENT_TYPE, "video/mp4"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// A piece more; an error, which the client sees as an answer that broke off, where ffmpeg ended badly or took too long.
async fn next(mut live: Live) -> std::io::Result<Option<(Bytes, Live)>> {
    let mut piece = BytesMut::with_capacity(PIECE);
    let read = timeout_at(live.end, live.output.read_buf(&mut piece)).await;
    if read.map_err(|_| std::io::Error::other("it takes too long"))?? > 0 {
        return Ok(Some((piece.freeze(), live)));
    }
    let status = live.child.wait().await?;
    if status.success() { Ok(None) } else { Err(std::io::Error::other("ffmpeg could not read it to its end")) }
}
