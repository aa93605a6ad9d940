//! What Moodle and its learners ask the transcoder over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use service_frame::api::Api;
use service_frame::problem::Problem;
use service_frame::token::Keys;

use crate::address::{Signed, is_id};
use crate::live::live;
use crate::media::{file, is_part, is_playlist, playlist};
use crate::original::is_source;
use crate::videos::{State as Standing, Videos};

/// What the routes work with.
#[derive(Clone)]
pub struct Shared {
    /// Those that are made and are being made.
    pub videos: Arc<Videos>,
    /// By which addresses are signed.
    pub keys: Keys,
}

type Answer = Result<Response, Problem>;

/// The routes; those of learners lie under `path`, and are signed by their addresses.
#[must_use]
pub fn api(path: &str) -> Api<Shared> {
    let below: &'static str = Box::leak(format!("{path}/{{id}}/{{part}}").into_boxed_str());
    Api::default()
        .signed("post", "/videos", ask)
        .signed("get", "/videos/{id}", status)
        .signed("delete", "/videos/{id}", cancel)
        .open("get", below, part)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    id: String,
    source: String,
}

async fn ask(State(shared): State<Shared>, body: Bytes) -> Answer {
    let request: Request = serde_json::from_slice(&body).map_err(|error| Problem::bad(error.to_string()))?;
    if !is_id(&request.id) {
        return Err(Problem::bad("`id` is the SHA-1 of the file's content"));
    }
    if !is_source(&request.source) {
        return Err(Problem::bad("`source` is the path of a file on the site, from /pluginfile.php/ on"));
    }
    told(&request.id, shared.videos.make(&request.id, &request.source))
}

async fn status(State(shared): State<Shared>, Path(id): Path<String>) -> Answer {
    told(&id, shared.videos.state(known(&id)?))
}

async fn cancel(State(shared): State<Shared>, Path(id): Path<String>) -> Answer {
    if shared.videos.cancel(known(&id)?) { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(Problem::unknown()) }
}

fn told(id: &str, state: Standing) -> Answer {
    let (status, state, why) = match state {
        Standing::Done => (StatusCode::OK, "done", None),
        Standing::Working => (StatusCode::ACCEPTED, "working", None),
        Standing::Refused(why) => (StatusCode::OK, "refused", Some(why)),
        Standing::Unknown => return Err(Problem::unknown()),
        Standing::Full => return Err(Problem::later("too many videos wait")),
    };
    Ok((status, Json(json!({"id": id, "state": state, "error": why}))).into_response())
}

async fn part(
    State(shared): State<Shared>,
    Path((id, name)): Path<(String, String)>,
    signed: Result<Query<Signed>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let refused = || Problem::new(StatusCode::FORBIDDEN, "the address is not signed, or has ended");
    let Query(signed) = signed.map_err(|_| refused())?;
    if !is_id(&id) || !signed.allows(&shared.keys, &id, service_frame::now()) {
        return Err(refused());
    }
    if name == "live.mp4" && is_source(&signed.source) {
        return live(&shared.videos, &id, &signed.source).await;
    }
    if !is_part(&name) || !signed.source.is_empty() || !shared.videos.cache.has(&id) {
        return Err(Problem::unknown());
    }
    let path = shared.videos.cache.part(&id, &name);
    if is_playlist(&name) { playlist(&path, &signed.query()).await } else { file(&path, &headers).await }
}

fn known(id: &str) -> Result<&str, Problem> {
    if is_id(id) { Ok(id) } else { Err(Problem::unknown()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let wrong = service_frame::api::undocumented(include_str!("../openapi.json"), &api("/media").routes);
        assert_eq!(wrong, Vec::<String>::new());
    }
}
