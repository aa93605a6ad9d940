//! What Moodle asks the quiz backend over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use service_frame::api::{Api, Caller};
use service_frame::problem::Problem;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::work::{Failure, Tools};

/// What the routes work with.
#[derive(Clone)]
pub struct Shared {
    /// A model and an index.
    pub tools: Arc<Tools>,
    /// How many ask the model at one time.
    pub permits: Arc<Semaphore>,
}

type Answer = Result<Response, Problem>;

/// The routes.
#[must_use]
pub fn api() -> Api<Shared> {
    Api::default()
        .signed("post", "/courses/{course}/lessons", learn)
        .signed("delete", "/courses/{course}/lessons/{lesson}", forget)
        .signed("post", "/courses/{course}/questions", make)
        .signed("get", "/courses/{course}/questions", list)
        .signed("post", "/courses/{course}/questions/{id}", decide)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lesson {
    lesson: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    topic: String,
    count: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    state: Decided,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Decided {
    Approved,
    Rejected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    state: String,
}

async fn learn(State(shared): State<Shared>, Path(course): Path<String>, body: Bytes) -> Answer {
    let (course, lesson): (_, Lesson) = (number(&course)?, read(&body)?);
    let name = name(&lesson.lesson)?;
    let _one = permit(&shared)?;
    let pieces = shared.tools.learn(course, name, &lesson.text).await.map_err(problem)?;
    Ok(Json(json!({"lesson": name, "pieces": pieces})).into_response())
}

async fn forget(State(shared): State<Shared>, Path((course, lesson)): Path<(String, String)>) -> Answer {
    shared.tools.forget(number(&course)?, name(&lesson)?).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn make(State(shared): State<Shared>, Path(course): Path<String>, body: Bytes) -> Answer {
    let (course, wish): (_, Wish) = (number(&course)?, read(&body)?);
    if wish.topic.trim().is_empty() || wish.topic.chars().count() > 300 || !(1..=10).contains(&wish.count) {
        return Err(Problem::bad("`topic` has 1 to 300 characters, `count` goes from 1 to 10"));
    }
    let _one = permit(&shared)?;
    let made = shared.tools.make(course, &wish.topic, wish.count).await.map_err(problem)?;
    Ok((StatusCode::CREATED, Json(json!({"questions": made}))).into_response())
}

async fn list(
    State(shared): State<Shared>,
    Path(course): Path<String>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Answer {
    let state = filter.map(|Query(filter)| filter.state).unwrap_or_default();
    if !["draft", "approved", "rejected"].contains(&state.as_str()) {
        return Err(Problem::bad("`state` is draft, approved or rejected"));
    }
    let found = shared.tools.list(number(&course)?, &state).await.map_err(problem)?;
    Ok(Json(json!({"questions": found})).into_response())
}

async fn decide(
    State(shared): State<Shared>,
    Path((course, id)): Path<(String, String)>,
    caller: Caller,
    body: Bytes,
) -> Answer {
    let (course, decision): (_, Decision) = (number(&course)?, read(&body)?);
    let state = match decision.state {
        Decided::Approved => "approved",
        Decided::Rejected => "rejected",
    };
    shared.tools.decide(course, name(&id)?, state, &caller.0.sub).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::bad(error.to_string()))
}

fn number(text: &str) -> Result<u32, Problem> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(Problem::unknown)
}

fn name(text: &str) -> Result<&str, Problem> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let good = (1..=100).contains(&text.len()) && text.bytes().all(plain);
    if good { Ok(text) } else { Err(Problem::bad("a name is 1 to 100 letters, digits and -._")) }
}

fn permit(shared: &Shared) -> Result<SemaphorePermit<'_>, Problem> {
    shared.permits.try_acquire().map_err(|_| Problem::later("the model is at work for others"))
}

fn problem(failure: Failure) -> Problem {
    match failure {
        Failure::Trouble(why) => Problem::new(StatusCode::BAD_GATEWAY, why),
        Failure::Unknown => Problem::unknown(),
        Failure::TooMuch => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the lesson has more pieces than fit"),
        Failure::Decided => Problem::new(StatusCode::CONFLICT, "somebody has decided on it already"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let wrong = service_frame::api::undocumented(include_str!("../openapi.json"), &api().routes);
        assert_eq!(wrong, Vec::<String>::new());
    }
}
