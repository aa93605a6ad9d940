//! Slots: each takes a job, keeps it while it works, and says how it ended; until the process is told to end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::RedisResult;
use serde_json::json;
use service_frame::log;
use service_frame::metrics::METRICS;
use service_frame::stop::Stop;
use service_frame::traces::{Context, Span};

use crate::jobs::run::{Failure, Tools, run};
use crate::queue::{Held, Queue};

const PAUSE: Duration = Duration::from_millis(500);

/// Take jobs one after the other. The job at hand is finished, if it ends within `grace`; else it is given back.
pub async fn slot(tools: Arc<Tools>, queue: Queue, stop: Stop, grace: Duration) {
    let mut looked = None;
    while !stop.announced() {
        let look = looked.is_none_or(|when: Instant| when.elapsed() > queue.rules.lease / 3);
        if look {
            looked = Some(Instant::now());
        }
        match queue.take(look).await {
            Ok(Some(held)) => {
                work(&tools, &queue, &held, &stop, grace).await;
                looked = looked.filter(|_| !look); // Who leaves one job may leave more.
            }
            Ok(None) => (),
            Err(error) => {
                log("Redis does not answer", &json!({"why": error.to_string()}));
                tokio::time::sleep(PAUSE).await;
                let _ = queue.prepare().await;
            }
        }
    }
}

/// What became of a job.
enum End {
    Done(Result<serde_json::Value, Failure>),
    Lost,
    Late,
}

async fn work(tools: &Tools, queue: &Queue, held: &Held, stop: &Stop, grace: Duration) {
    let (span, begun) = (Span::consumer("job", Context::of(&held.trace).as_ref()), Instant::now());
    METRICS.add("worker_running", 1);
    let late = async {
        stop.wait().await;
        tokio::time::sleep(grace).await;
    };
    let end = tokio::select! {
        done = run(tools, queue, held) => End::Done(done),
        () = kept(queue, held) => End::Lost,
        () = late => End::Late,
    };
    METRICS.add("worker_running", -1);
    let outcome = told(queue, held, end).await;
    METRICS.count("worker_jobs_total", &[("outcome", outcome)]);
    METRICS.took("worker_job_seconds", &[("outcome", outcome)], begun.elapsed());
    span.end(&[("job.id", &held.id), ("job.outcome", outcome)], outcome == "failed");
}

/// Ends when the job is another's. While Redis is away nobody can take it.
async fn kept(queue: &Queue, held: &Held) {
    loop {
        tokio::time::sleep(queue.rules.lease / 3).await;
        if let Ok(false) = queue.renew(held, "").await {
            return;
        }
    }
}

/// Say how it ended, as often as it takes Redis to hear it.
async fn told(queue: &Queue, held: &Held, end: End) -> &'static str {
    match end {
        End::Lost | End::Done(Err(Failure::Lost)) => "lost",
        End::Late => said(|| queue.release(held), "released").await,
        End::Done(Ok(result)) => {
            let text = result.to_string();
            said(|| queue.finish(held, &text), "done").await
        }
        End::Done(Err(Failure::Passing(why))) => failed(queue, held, &why, true).await,
        End::Done(Err(Failure::Lasting(why))) => failed(queue, held, &why, false).await,
    }
}

async fn failed(queue: &Queue, held: &Held, why: &str, passes: bool) -> &'static str {
    log("a job failed", &json!({"id": held.id, "why": why, "passes": passes}));
    said(|| queue.fail(held, why, passes), "failed").await
}

async fn said<F: Future<Output = RedisResult<bool>>>(say: impl Fn() -> F, outcome: &'static str) -> &'static str {
    loop {
        match say().await {
            Ok(true) => return outcome,
            Ok(false) => return "lost",
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Every second, in each process: jobs whose pause is over are queued; every hour, names that are gone are forgotten.
pub async fn keep_house(queue: Queue, stop: Stop) {
    let mut seconds = 0_u32;
    while !stop.announced() {
        let _ = queue.promote().await;
        if seconds.is_multiple_of(3600) {
            let _ = queue.forget().await;
        }
        seconds = seconds.wrapping_add(1);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
