//! Long jobs of a Moodle site outside PHP: exports of large reports, their summaries, tags of forum posts.

#![forbid(unsafe_code)]

mod api;
mod database;
mod jobs;
mod queue;
mod report;
mod settings;
mod slots;
mod store;
mod tags;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use service_frame::api::{Frame, Ready, serve};
use service_frame::settings::{Settings, Wrong};
use service_frame::stop::Stop;

use jobs::run::Tools;
use queue::Queue;
use settings::Worker;

/// To say how the last job ended.
const LAST: Duration = Duration::from_secs(15);

#[tokio::main]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("worker: {wrong}");
            ExitCode::from(2)
        }
    }
}

async fn start() -> Result<(), Wrong> {
    let environment = Settings::environment();
    let worker = Worker::of(&environment)?;
    service_frame::traces::begin(&environment, "worker");
    let of_system = |error: std::io::Error| Wrong(error.to_string());
    let stop = Stop::by_signals().map_err(of_system)?;
    let queue = Queue::of(worker.redis.clone(), &worker.prefix, &worker.name, worker.rules)?;
    let store = Arc::new(worker.store);
    let tools = Arc::new(Tools { database: worker.database, store: Arc::clone(&store) });
    let mut running = vec![tokio::spawn(slots::keep_house(queue.clone(), stop.clone()))];
    for _ in 0..worker.slots {
        // A connection of its own: whoever waits for a job keeps all others on it waiting.
        let queue = Queue::of(worker.redis.clone(), &worker.prefix, &worker.name, worker.rules)?;
        let _ = queue.prepare().await;
        running.push(tokio::spawn(slots::slot(Arc::clone(&tools), queue, stop.clone(), worker.grace)));
    }
    let frame = Frame {
        verifier: worker.verifier,
        rate: worker.rate,
        most_body: 16 << 10,
        patience: Duration::from_secs(20),
        ready: ready(queue.clone()),
        document: include_str!("../openapi.json"),
    };
    let router = api::api().router(frame, stop.clone(), api::Shared { queue, store });
    serve(&worker.listen, router, stop, Duration::from_secs(20)).await.map_err(of_system)?;
    // Where the queue does not answer, nobody can be told how a job ended: then another begins it anew.
    let last = tokio::time::Instant::now() + worker.grace + LAST;
    for each in running {
        let _ = tokio::time::timeout_at(last, each).await;
    }
    service_frame::log("ended", &serde_json::Value::Null);
    Ok(())
}

/// Without the queue it can take no job, and jobs that it has are tried again without the others.
fn ready(queue: Queue) -> Ready {
    Arc::new(move || {
        let queue = queue.clone();
        Box::pin(async move { queue.ping().await.map_err(|_| "the queue does not answer".to_owned()) })
    })
}
