//! Reviews: a draft is approved or rejected once, by somebody who has a name.
//!
//! Questions and reviews are records of one collection of ChromaDB, for it is the only thing that outlives a pod and that all pods share; a file
//! of a volume would be one pod's. A review is a record of its own and is only ever added: ChromaDB keeps what was written first under a name, so
//! that of two reviewers at two pods one decides, and the other is told so.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service_frame::metrics::METRICS;
use service_frame::problem::Problem;

use crate::course::Courses;
use crate::index::Record;
use crate::question::Question;

/// A question as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// What the rules let through.
    pub question: Question,
    /// What wrote it.
    pub model: String,
    /// For whom.
    pub asker: String,
    /// When, in seconds since 1970.
    pub made: u64,
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It may be used.
    Approved,
    /// It may not.
    Rejected,
}

/// A review as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// What was decided.
    pub decision: Decision,
    /// By whom.
    pub reviewer: String,
    /// When, in seconds since 1970.
    pub at: u64,
}

/// A question with its review, if it has one.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// Its name.
    pub id: String,
    /// What is asked.
    pub stored: Stored,
    /// Once there is one.
    pub review: Option<Review>,
}

impl Reviewed {
    /// `draft`, `approved` or `rejected`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.review.as_ref().map(|review| review.decision) {
            None => "draft",
            Some(Decision::Approved) => "approved",
            Some(Decision::Rejected) => "rejected",
        }
    }

    /// As a caller sees it.
    #[must_use]
    pub fn told(&self) -> Value {
        json!({"id": self.id, "state": self.state(), "question": self.stored.question, "model": self.stored.model,
            "asker": self.stored.asker, "made": self.stored.made, "review": self.review})
    }
}

/// Nobody looks for questions by their place; the index wants one.
fn record(id: String, what: &str, document: &impl Serialize) -> Record {
    let document = serde_json::to_string(document).unwrap_or_default();
    Record { id, embedding: vec![1.0], document, metadata: json!({"what": what}) }
}

/// A question's record.
#[must_use]
pub fn of_question(stored: &Stored) -> Record {
    record(stored.question.id(), "question", stored)
}

fn review_id(id: &str) -> String {
    format!("{id}-review")
}

impl Courses {
    /// Questions in the order in which they came, with their reviews; none of a course that has none.
    ///
    /// # Errors
    /// Where the index does not work.
    pub async fn listed(&self, course: u64, offset: usize, limit: usize) -> Result<Vec<Reviewed>, Problem> {
        let Some(collection) = self.index.find(&self.questions(course)).await? else { return Ok(Vec::new()) };
        let page = self.index.list(&collection, json!({"what": "question"}), true, (offset, limit)).await?.texts();
        let names: Vec<_> = page.iter().map(|(id, _)| review_id(id)).collect();
        let reviews = self.index.named(&collection, &names).await?;
        page.into_iter().map(|(id, text)| joined(id, &text, &reviews)).collect()
    }

    /// Some questions by their names.
    ///
    /// # Errors
    /// Where the index does not work.
    pub async fn some(&self, course: u64, ids: &[String]) -> Result<Vec<Reviewed>, Problem> {
        let Some(collection) = self.index.find(&self.questions(course)).await? else { return Ok(Vec::new()) };
        let names: Vec<_> = ids.iter().flat_map(|id| [id.clone(), review_id(id)]).collect();
        let found = self.index.named(&collection, &names).await?;
        let of = |id: &String| found.iter().find(|(name, _)| name == id);
        ids.iter().filter_map(of).map(|(id, text)| joined(id.clone(), text, &found)).collect()
    }

    /// Somebody decides. The same word of the same reviewer again is no other decision.
    ///
    /// # Errors
    /// Where there is no such question, somebody decided otherwise before, or the index does not work.
    pub async fn decide(&self, course: u64, id: &str, review: &Review) -> Result<Reviewed, Problem> {
        let ids = [id.to_owned()];
        if self.some(course, &ids).await?.is_empty() {
            return Err(Problem::unknown());
        }
        let collection = self.index.find(&self.questions(course)).await?.ok_or_else(Problem::unknown)?;
        self.index.add(&collection, &[record(review_id(id), "review", review)]).await?;
        let kept = self.some(course, &ids).await?.pop().ok_or_else(Problem::unknown)?;
        let ours = |kept: &Review| kept.decision == review.decision && kept.reviewer == review.reviewer;
        if !kept.review.as_ref().is_some_and(ours) {
            return Err(Problem::new(axum::http::StatusCode::CONFLICT, "this question was decided before"));
        }
        METRICS.count("quiz_reviews_total", &[("decision", kept.state())]);
        Ok(kept)
    }
}

/// What this service did not write itself is no question and no review.
fn joined(id: String, text: &str, found: &[(String, String)]) -> Result<Reviewed, Problem> {
    let strange =
        || Problem::new(axum::http::StatusCode::BAD_GATEWAY, "the index holds what this service did not write");
    let stored = serde_json::from_str(text).map_err(|_| strange())?;
    let name = review_id(&id);
    let review = found.iter().find(|(each, _)| *each == name).map(|(_, text)| serde_json::from_str(text));
    Ok(Reviewed { id, stored, review: review.transpose().map_err(|_| strange())? })
}
