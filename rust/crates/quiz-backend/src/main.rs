//! Questions for a Moodle course from its own texts: an index in ChromaDB, a model behind OpenAI's protocol, and a reviewer before any of them is
//! used.

#![forbid(unsafe_code)]

mod api;
mod course;
mod export;
mod index;
mod model;
mod outward;
mod pieces;
mod plain;
mod prompt;
mod question;
mod review;
mod settings;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use service_frame::api::{Frame, Ready, serve};
use service_frame::settings::{Settings, Wrong};
use service_frame::stop::Stop;

use course::Courses;
use settings::Quiz;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.map_err(|error| Wrong(error.to_string())).and_then(|runtime| {
        let done = runtime.block_on(start());
        // Else the end would wait for a model that still writes, which nobody would read.
        runtime.shutdown_background();
        done
    });
    match done {
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
    let courses = Arc::new(quiz.courses);
    let frame = Frame {
        verifier: quiz.verifier,
        rate: quiz.rate,
        most_body: 1 << 20,
        patience: quiz.patience,
        ready: ready(Arc::clone(&courses)),
        document: include_str!("../openapi.json"),
    };
    let router = api::api().router(frame, stop.clone(), courses);
    // A pod has 30 seconds to end.
    serve(&quiz.listen, router, stop, Duration::from_secs(25)).await.map_err(of_system)
}

/// Without the index it can do nothing; without the model questions can be reviewed and exported, so that it is not asked.
fn ready(courses: Arc<Courses>) -> Ready {
    Arc::new(move || {
        let courses = Arc::clone(&courses);
        Box::pin(async move { courses.index.prepare().await.map_err(|_| "the index does not answer".to_owned()) })
    })
}
