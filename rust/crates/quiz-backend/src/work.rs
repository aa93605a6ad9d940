//! Lessons into pieces, pieces into questions, questions before people.

use serde_json::{Map, Value, json};
use service_frame::{now, random_id};

use crate::index::{Collection, Entry, Index};
use crate::model::Model;
use crate::pieces::pieces;
use crate::questions::{ORDER, Question, read, schema};
use crate::remote::Trouble;

/// Pieces that a model reads at one time.
const READ: usize = 6;
/// Pieces of a lesson at the most.
const MOST_PIECES: usize = 2000;
/// How often a model may try to keep to the schema.
const TRIES: usize = 3;
const MOST_LISTED: usize = 1000;

/// A model and an index.
pub struct Tools {
    /// What writes.
    pub model: Model,
    /// What finds.
    pub index: Index,
}

/// Why nothing came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// A server did not do its part.
    Trouble(String),
    /// What was asked for is not there.
    Unknown,
    /// It is more than fits.
    TooMuch,
    /// Somebody has decided already.
    Decided,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble.0)
    }
}

impl Tools {
    async fn texts(&self, course: u32) -> Result<Collection<'_>, Trouble> {
        self.index.collection(&format!("course-{course}-texts")).await
    }

    async fn asked(&self, course: u32) -> Result<Collection<'_>, Trouble> {
        self.index.collection(&format!("course-{course}-questions")).await
    }

    /// Take in a lesson, in place of what was known of it: how many pieces it has.
    ///
    /// # Errors
    /// Where a server does not do its part.
    pub async fn learn(&self, course: u32, lesson: &str, text: &str) -> Result<usize, Failure> {
        let texts = pieces(text);
        if texts.len() > MOST_PIECES {
            return Err(Failure::TooMuch);
        }
        let vectors = self.model.embed(&texts).await?;
        let entry = |(at, document): (usize, String)| Entry {
            id: format!("{lesson}:{at}"),
            document,
            metadata: json!({"lesson": lesson, "at": at}),
        };
        let entries: Vec<_> = texts.into_iter().enumerate().map(entry).collect();
        let collection = self.texts(course).await?;
        collection.put(&entries, &vectors).await?;
        self.forget_beyond(&collection, lesson, entries.len()).await?;
        Ok(entries.len())
    }

    /// A lesson is gone.
    ///
    /// # Errors
    /// Where the index does not do its part.
    pub async fn forget(&self, course: u32, lesson: &str) -> Result<(), Failure> {
        let collection = self.texts(course).await?;
        Ok(self.forget_beyond(&collection, lesson, 0).await?)
    }

    async fn forget_beyond(&self, collection: &Collection<'_>, lesson: &str, count: usize) -> Result<(), Trouble> {
        let known = json!({"where": {"$and": [{"lesson": lesson}, {"at": {"$gte": count}}]}});
        let old: Vec<_> = collection.get(known, MOST_PIECES).await?.into_iter().map(|entry| entry.id).collect();
        collection.delete(&old).await
    }

    /// Make questions of what is known of a topic; they are drafts.
    ///
    /// # Errors
    /// Where nothing is known, or a server does not do its part.
    pub async fn make(&self, course: u32, topic: &str, count: usize) -> Result<Vec<Value>, Failure> {
        let vectors = self.model.embed(&[topic.to_owned()]).await?;
        let vector = vectors.first().ok_or(Failure::Unknown)?;
        let found = self.texts(course).await?.nearest(vector, READ).await?;
        if found.is_empty() {
            return Err(Failure::Unknown);
        }
        let questions = self.written(topic, &found, count).await?;
        let texts: Vec<_> = questions.iter().map(|question| question.text.clone()).collect();
        let entries: Vec<_> = questions.iter().map(|question| draft(question, topic, &found)).collect();
        self.asked(course).await?.put(&entries, &self.model.embed(&texts).await?).await?;
        Ok(entries.iter().map(told).collect())
    }

    async fn written(&self, topic: &str, found: &[Entry], count: usize) -> Result<Vec<Question>, Failure> {
        let numbered: Vec<_> =
            found.iter().enumerate().map(|(at, entry)| json!({"number": at + 1, "text": entry.document})).collect();
        let texts = json!({"topic": topic, "most": count, "pieces": numbered}).to_string();
        let mut why = String::new();
        for _ in 0..TRIES {
            let text = self.model.write(ORDER, &texts, &schema(count)).await?;
            match read(&text, count, found.len()) {
                Ok(questions) => return Ok(questions),
                Err(wrong) => why = wrong,
            }
        }
        Err(Failure::Trouble(format!("the model does not keep to the schema: {why}")))
    }

    /// The questions of a course in a state.
    ///
    /// # Errors
    /// Where the index does not do its part.
    pub async fn list(&self, course: u32, state: &str) -> Result<Vec<Value>, Failure> {
        let known = json!({"where": {"state": state}});
        Ok(self.asked(course).await?.get(known, MOST_LISTED).await?.iter().map(told).collect())
    }

    /// A person has decided on a draft, once.
    ///
    /// # Errors
    /// Where it is none, or the index does not do its part.
    pub async fn decide(&self, course: u32, id: &str, state: &str, by: &str) -> Result<(), Failure> {
        let collection = self.asked(course).await?;
        let found = collection.get(json!({"ids": [id]}), 1).await?;
        let entry = found.first().ok_or(Failure::Unknown)?;
        if entry.metadata.get("state").and_then(Value::as_str) != Some("draft") {
            return Err(Failure::Decided);
        }
        let mut metadata = entry.metadata.as_object().cloned().unwrap_or_default();
        let changes = [("state", json!(state)), ("by", json!(by)), ("decided", json!(now()))];
        metadata.extend(changes.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<Map<_, _>>());
        Ok(collection.update(id, &metadata).await?)
    }
}

fn draft(question: &Question, topic: &str, found: &[Entry]) -> Entry {
    let sources: Vec<_> =
        question.sources.iter().filter_map(|at| found.get(at - 1)).map(|entry| entry.id.as_str()).collect();
    let metadata = json!({"state": "draft", "topic": topic, "made": now(), "pieces": sources.join(" ")});
    let document = serde_json::to_string(question).unwrap_or_default();
    Entry { id: random_id() + &random_id(), document, metadata }
}

fn told(entry: &Entry) -> Value {
    let known = |name: &str| entry.metadata.get(name).cloned().unwrap_or_default();
    let question: Value = serde_json::from_str(&entry.document).unwrap_or_default();
    json!({"id": entry.id, "state": known("state"), "topic": known("topic"), "pieces": known("pieces"), "by": known("by"), "question": question})
}
