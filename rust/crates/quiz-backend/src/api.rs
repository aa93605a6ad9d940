//! What Moodle asks the quiz backend over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use service_frame::api::{Api, Caller};
use service_frame::log;
use service_frame::problem::Problem;

use crate::course::{Courses, Wanted};
use crate::export::{Form, exported};
use crate::plain::{is_hidden, of_html, paragraphs};
use crate::review::{Decision, Review, Reviewed};

const MOST_TOPIC: usize = 500;
const MOST_QUESTIONS: usize = 10;
/// Questions of one page.
const MOST_PAGE: usize = 200;

type Answer = Result<Response, Problem>;
type Body = Result<Bytes, BytesRejection>;
type Asked = Result<Query<Page>, QueryRejection>;

/// The routes.
#[must_use]
pub fn api() -> Api<Arc<Courses>> {
    Api::default()
        .signed("post", "/courses/{course}/lessons", ingest)
        .signed("delete", "/courses/{course}/lessons/{lesson}", forget)
        .signed("delete", "/courses/{course}", forget_course)
        .signed("post", "/courses/{course}/questions", generate)
        .signed("get", "/courses/{course}/questions", list)
        .signed("get", "/courses/{course}/questions/{question}", one)
        .signed("post", "/courses/{course}/questions/{question}/review", review)
        .signed("get", "/courses/{course}/export", export)
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Text,
    Html,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lesson {
    #[serde(rename = "lesson")]
    name: String,
    format: Format,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    decision: Decision,
}

/// A part of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default)]
    offset: usize,
    #[serde(default = "most")]
    limit: usize,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    format: Option<Form>,
}

fn most() -> usize {
    MOST_PAGE
}

async fn ingest(State(courses): State<Arc<Courses>>, Path(course): Path<String>, caller: Caller, body: Body) -> Answer {
    let (course, lesson) = (number(&course)?, parsed::<Lesson>(body)?);
    let text = match lesson.format {
        Format::Text => lesson.text,
        Format::Html => of_html(&lesson.text),
    };
    let paragraphs = paragraphs(&text);
    if paragraphs.is_empty() {
        return Err(Problem::bad("`text` has no text"));
    }
    let taken = courses.ingest(course, named(&lesson.name)?, &paragraphs).await?;
    log("a lesson", &json!({"course": course, "for": caller.0.sub, "pieces": taken.pieces, "new": taken.new}));
    Ok(Json(taken).into_response())
}

async fn forget(State(courses): State<Arc<Courses>>, Path((course, lesson)): Path<(String, String)>) -> Answer {
    courses.forget(number(&course)?, named(&lesson)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn forget_course(State(courses): State<Arc<Courses>>, Path(course): Path<String>) -> Answer {
    courses.forget_course(number(&course)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn generate(
    State(courses): State<Arc<Courses>>,
    Path(course): Path<String>,
    caller: Caller,
    body: Body,
) -> Answer {
    let (course, wanted) = (number(&course)?, parsed::<Wanted>(body)?);
    let length = wanted.topic.trim().chars().count();
    if !(1..=MOST_TOPIC).contains(&length) || wanted.topic.chars().any(is_hidden) {
        return Err(Problem::bad(format!("`topic` must have 1 to {MOST_TOPIC} characters that can be seen")));
    }
    if !(1..=MOST_QUESTIONS).contains(&wanted.count) {
        return Err(Problem::bad(format!("`count` goes from 1 to {MOST_QUESTIONS}")));
    }
    wanted.lesson.as_deref().map(named).transpose()?;
    let ids = courses.generate(course, &wanted, &caller.0.sub).await?;
    log("drafts", &json!({"course": course, "for": caller.0.sub, "count": ids.len()}));
    let made = courses.some(course, &ids).await?;
    Ok((StatusCode::CREATED, Json(json!({"questions": told(&made)}))).into_response())
}

async fn list(State(courses): State<Arc<Courses>>, Path(course): Path<String>, asked: Asked) -> Answer {
    let (course, page) = (number(&course)?, page(asked)?);
    if page.state.as_deref().is_some_and(|state| !["draft", "approved", "rejected"].contains(&state)) {
        return Err(Problem::bad("`state` is draft, approved or rejected"));
    }
    let mut all = courses.listed(course, page.offset, page.limit).await?;
    let next = (all.len() == page.limit).then_some(page.offset + page.limit);
    all.retain(|one| page.state.as_ref().is_none_or(|state| state == one.state()));
    Ok(Json(json!({"questions": told(&all), "next": next})).into_response())
}

async fn one(State(courses): State<Arc<Courses>>, Path((course, id)): Path<(String, String)>) -> Answer {
    let found = courses.some(number(&course)?, &[question(&id)?.to_owned()]).await?.pop();
    Ok(Json(found.ok_or_else(Problem::unknown)?.told()).into_response())
}

/// Whoever Moodle signs the request for is the reviewer: a name of the body could be anybody's.
async fn review(
    State(courses): State<Arc<Courses>>,
    Path((course, id)): Path<(String, String)>,
    caller: Caller,
    body: Body,
) -> Answer {
    let (course, id, said) = (number(&course)?, question(&id)?, parsed::<Said>(body)?);
    let reviewer = caller.0.sub.trim().to_owned();
    if reviewer.is_empty() || reviewer == "0" {
        return Err(Problem::new(StatusCode::FORBIDDEN, "a review needs a reviewer, and the token names none"));
    }
    let review = Review { decision: said.decision, reviewer, at: service_frame::now() };
    let kept = courses.decide(course, id, &review).await?;
    log("a review", &json!({"course": course, "question": id, "state": kept.state(), "by": review.reviewer}));
    Ok(Json(kept.told()).into_response())
}

async fn export(State(courses): State<Arc<Courses>>, Path(course): Path<String>, asked: Asked) -> Answer {
    let (course, page) = (number(&course)?, page(asked)?);
    let form = page.format.ok_or_else(|| Problem::bad("`format` is xml or gift"))?;
    let all = courses.listed(course, page.offset, page.limit).await?;
    let next = (all.len() == page.limit).then(|| (page.offset + page.limit).to_string());
    let headers = [(header::CONTENT_TYPE, form.media_type()), (header::CONTENT_DISPOSITION, "attachment")];
    let more = next.map(|next| [(HeaderName::from_static("x-next-offset"), next)]);
    Ok((headers, more.map(axum::response::AppendHeaders), exported(form, &all)).into_response())
}

fn told(all: &[Reviewed]) -> Vec<serde_json::Value> {
    all.iter().map(Reviewed::told).collect()
}

fn parsed<T: DeserializeOwned>(body: Body) -> Result<T, Problem> {
    let body = body.map_err(|error| Problem::new(error.status(), "the body is too large, or broke off"))?;
    serde_json::from_slice(&body).map_err(|error| Problem::bad(error.to_string()))
}

fn page(asked: Asked) -> Result<Page, Problem> {
    let Query(page) = asked.map_err(|error| Problem::bad(error.body_text()))?;
    if !(1..=MOST_PAGE).contains(&page.limit) || page.offset > 1_000_000 {
        return Err(Problem::bad(format!("`limit` goes from 1 to {MOST_PAGE}, `offset` to a million")));
    }
    Ok(page)
}

fn number(course: &str) -> Result<u64, Problem> {
    let plain = !course.starts_with(['0', '+']) && course.len() < 19; // one name for each course
    course.parse().ok().filter(|_| plain).ok_or_else(Problem::unknown)
}

fn named(lesson: &str) -> Result<&str, Problem> {
    let plain = lesson.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte));
    let fits = plain && (1..=100).contains(&lesson.len());
    if fits { Ok(lesson) } else { Err(Problem::bad("`lesson` is 1 to 100 of letters, digits, and . _ : -")) }
}

fn question(id: &str) -> Result<&str, Problem> {
    let fits = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if fits { Ok(id) } else { Err(Problem::unknown()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let wrong = service_frame::api::undocumented(include_str!("../openapi.json"), &api().routes);
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn names_are_plain() {
        assert!([number("7").ok(), number("999999999999999999").ok()] == [Some(7), Some(999_999_999_999_999_999)]);
        for wrong in ["", "0", "07", "+7", "-7", "7x", "99999999999999999999"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "a/b", "a b", "\u{e9}", &"x".repeat(101)] {
            assert!(named(wrong).is_err() && question(wrong).is_err(), "{wrong}");
        }
        assert!(named("page-17:2").is_ok() && question(&"0f".repeat(16)).is_ok());
    }
}
