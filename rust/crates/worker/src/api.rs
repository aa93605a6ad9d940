//! What Moodle asks the worker over HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use service_frame::api::{Api, Caller};
use service_frame::log;
use service_frame::problem::Problem;
use service_frame::traces::Context;

use crate::jobs::{Request, is_id};
use crate::queue::{Asked, Queue};
use crate::store::Store;

/// What the routes work with.
#[derive(Clone)]
pub struct Shared {
    /// Where jobs lie.
    pub queue: Queue,
    /// Where files lie.
    pub store: Arc<Store>,
}

type Answer = Result<Response, Problem>;

/// The routes.
#[must_use]
pub fn api() -> Api<Shared> {
    Api::default()
        .signed("post", "/jobs", ask)
        .signed("get", "/jobs/{id}", status)
        .signed("delete", "/jobs/{id}", cancel)
        .signed("get", "/dead", dead)
        .signed("post", "/dead/{id}", revive)
}

async fn ask(
    State(shared): State<Shared>,
    caller: Caller,
    Extension(context): Extension<Context>,
    body: Bytes,
) -> Answer {
    let request = Request::of(&body).map_err(Problem::bad)?;
    let payload = serde_json::to_string(&request.job).map_err(|error| Problem::bad(error.to_string()))?;
    let (id, kind) = (request.id(), request.job.kind());
    let asked = shared.queue.enqueue(&id, kind, &payload, &context.header()).await.map_err(away)?;
    let status = match asked {
        Asked::New => StatusCode::ACCEPTED,
        Asked::Known => StatusCode::OK,
        Asked::Other => return Err(Problem::new(StatusCode::CONFLICT, "this key is another job's")),
    };
    log("asked", &json!({"id": id, "kind": kind, "for": caller.0.sub, "new": asked == Asked::New}));
    Ok((status, [(header::LOCATION, format!("/jobs/{id}"))], Json(json!({"id": id}))).into_response())
}

async fn status(State(shared): State<Shared>, Path(id): Path<String>) -> Answer {
    let found = shared.queue.status(known(&id)?).await.map_err(away)?;
    if found.is_empty() {
        return Err(Problem::unknown());
    }
    Ok(Json(told(&shared, &id, &found)).into_response())
}

/// Of a job as much as is the caller's business.
fn told(shared: &Shared, id: &str, found: &BTreeMap<String, String>) -> Value {
    let text = |name: &str| found.get(name).map(String::as_str);
    let result: Option<Value> = text("result").and_then(|text| serde_json::from_str(text).ok());
    let file = result.as_ref().and_then(|result| result.get("file")).and_then(Value::as_str);
    let ended: u64 = text("ended").and_then(|text| text.parse().ok()).unwrap_or(0) / 1000;
    let left = (ended + shared.queue.rules.keep.as_secs()).saturating_sub(service_frame::now());
    let link = file.map(|file| shared.store.link(file, left));
    let failed: u32 = text("failed").and_then(|text| text.parse().ok()).unwrap_or(0);
    json!({
        "id": id, "kind": text("kind"), "state": text("state"), "failed": failed, "error": text("error"),
        "result": result, "link": link,
    })
}

async fn cancel(State(shared): State<Shared>, Path(id): Path<String>) -> Answer {
    changed(shared.queue.cancel(known(&id)?).await.map_err(away)?, "the job has ended")
}

async fn revive(State(shared): State<Shared>, Path(id): Path<String>) -> Answer {
    changed(shared.queue.revive(known(&id)?).await.map_err(away)?, "the job is not dead")
}

async fn dead(State(shared): State<Shared>) -> Answer {
    let mut all = Vec::new();
    for id in shared.queue.dead().await.map_err(away)? {
        let found = shared.queue.status(&id).await.map_err(away)?;
        if found.get("state").is_some_and(|state| state == "dead")
            && !all.iter().any(|one: &Value| one.get("id").is_some_and(|known| *known == id))
        {
            all.push(told(&shared, &id, &found));
        }
    }
    Ok(Json(json!({"jobs": all})).into_response())
}

fn changed(done: Option<bool>, otherwise: &str) -> Answer {
    match done {
        Some(true) => Ok(StatusCode::NO_CONTENT.into_response()),
        Some(false) => Err(Problem::new(StatusCode::CONFLICT, otherwise)),
        None => Err(Problem::unknown()),
    }
}

fn known(id: &str) -> Result<&str, Problem> {
    if is_id(id) { Ok(id) } else { Err(Problem::unknown()) }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn away(error: redis::RedisError) -> Problem {
    log("Redis does not answer", &json!({"why": error.to_string()}));
    Problem::later("the queue does not answer; ask again, with the same key")
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
