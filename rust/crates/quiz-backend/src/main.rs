//! Questions made from the texts of a course, by a model of OpenAI's protocol and an index in ChromaDB, for people to review.

#![forbid(unsafe_code)]

mod api;
mod index;
mod model;
mod pieces;
mod questions;
mod remote;
mod settings;
mod work;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use service_frame::api::{Frame, Ready, serve};
use service_frame::settings::{Settings, Wrong};
use service_frame::stop::Stop;
use tokio::sync::Semaphore;

use settings::Quiz;
use work::Tools;

#[tokio::main]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("quiz-backend: {wrong}");
            ExitCode::from(2)
        }
    }
}

async fn start() -> Result<(), Wrong> {
    let environment = Settings::environment();
    let quiz = Quiz::of(&environment)?;
    service_frame::traces::begin(&environment, "quiz-backend");
    let of_system = |error: std::io::Error| Wrong(error.to_string());
    let stop = Stop::by_signals().map_err(of_system)?;
    let tools = Arc::new(Tools { model: quiz.model, index: quiz.index });
    let frame = Frame {
        verifier: quiz.verifier,
        rate: quiz.rate,
        most_body: 1 << 20,
        patience: Duration::from_secs(300),
        ready: ready(Arc::clone(&tools)),
        document: include_str!("../openapi.json"),
    };
    let shared = api::Shared { tools, permits: Arc::new(Semaphore::new(quiz.jobs)) };
    serve(&quiz.listen, api::api().router(frame, stop.clone(), shared), stop, Duration::from_secs(25))
        .await
        .map_err(of_system)
}

/// Without the index it can do nothing; a model may be away for a while, and says so itself.
fn ready(tools: Arc<Tools>) -> Ready {
    Arc::new(move || {
        let tools = Arc::clone(&tools);
        Box::pin(async move { tools.index.prepare().await.map_err(|trouble| trouble.0) })
    })
}
