//! Videos of a Moodle site as HLS in several sizes, under signed addresses, by ffmpeg as a bounded child.

#![forbid(unsafe_code)]

mod address;
mod api;
mod cache;
mod child;
mod ffmpeg;
mod live;
mod media;
mod original;
mod settings;
mod videos;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use service_frame::api::{Frame, Ready, serve};
use service_frame::settings::{Settings, Wrong};
use service_frame::stop::Stop;

use cache::Cache;
use settings::Transcoder;
use videos::Videos;

#[tokio::main]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("transcoder: {wrong}");
            ExitCode::from(2)
        }
    }
}

async fn start() -> Result<(), Wrong> {
    let environment = Settings::environment();
    let transcoder = Transcoder::of(&environment)?;
    ffmpeg::programs().await.map_err(Wrong)?;
    service_frame::traces::begin(&environment, "transcoder");
    let of_system = |error: std::io::Error| Wrong(error.to_string());
    let stop = Stop::by_signals().map_err(of_system)?;
    let cache = Cache::of(transcoder.cache, transcoder.cache_size);
    let videos = Videos::of(cache, transcoder.site, transcoder.bounds, transcoder.jobs);
    let frame = Frame {
        verifier: transcoder.verifier,
        rate: transcoder.rate,
        most_body: 4 << 10,
        patience: Duration::from_secs(55), // nginx gives up after 60
        ready: ready(Arc::clone(&videos)),
        document: include_str!("../openapi.json"),
    };
    let router = api::api(&transcoder.path).router(frame, stop.clone(), api::Shared { videos, keys: transcoder.keys });
    // What is being made is made anew by another pod: a film takes longer than a pod may take to end.
    serve(&transcoder.listen, router, stop, Duration::from_secs(20)).await.map_err(of_system)
}

fn ready(videos: Arc<Videos>) -> Ready {
    Arc::new(move || {
        let videos = Arc::clone(&videos);
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || videos.cache.usable()).await;
            done.is_ok_and(|done| done.is_ok()).then_some(()).ok_or_else(|| "the cache cannot be written".to_owned())
        })
    })
}
