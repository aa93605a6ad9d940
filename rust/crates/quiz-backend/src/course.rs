//! A course: its lessons in pieces, and the questions that come from them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use service_frame::metrics::METRICS;
use service_frame::problem::Problem;

use crate::index::{Collection, Index, Record};
use crate::model::Model;
use crate::pieces::{Piece, id, pieces};
use crate::prompt::messages;
use crate::question::{Kind, Question, read, schema};
use crate::review::{Stored, of_question};

/// Pieces that a model is shown.
const SHOWN: usize = 8;
/// Pieces of one lesson that are worked on at one time.
const WORKED: usize = 64;

/// The index and the model.
pub struct Courses {
    /// Where pieces and questions lie.
    pub index: Index,
    /// What writes.
    pub model: Model,
}

/// How a lesson stands after it was sent.
#[derive(Debug, Serialize)]
pub struct Taken {
    /// Pieces of it.
    pub pieces: usize,
    /// Of them new.
    pub new: usize,
    /// Older ones that are no more.
    pub gone: usize,
}

/// Questions that are wanted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What about.
    pub topic: String,
    /// How many at the most.
    pub count: usize,
    /// How many choices of each are right.
    pub kind: Kind,
    /// Of this lesson alone.
    #[serde(default)]
    pub lesson: Option<String>,
}

impl Courses {
    /// The collection of a course's pieces. Another model's numbers cannot be compared with these, so each model has its own.
    fn lessons(&self, course: u64) -> String {
        let model = id(&[&self.model.embedder]);
        format!("{}-course-{course}-{}", self.index.tenant, model.get(..8).unwrap_or_default())
    }

    /// The collection of a course's questions and reviews, whatever model wrote them.
    pub fn questions(&self, course: u64) -> String {
        format!("{}-questions-{course}", self.index.tenant)
    }

    /// A lesson is as sent. What has not changed is not asked of the model again; older pieces go last, so that what breaks off in between leaves
    /// too much and never too little, and the same lesson sent again mends it.
    ///
    /// # Errors
    /// Where index or model do not work.
    pub async fn ingest(&self, course: u64, lesson: &str, paragraphs: &[String]) -> Result<Taken, Problem> {
        let all = pieces(lesson, paragraphs);
        let collection = self.index.make(&self.lessons(course)).await?;
        let known = self.index.ids(&collection, &json!({"lesson": lesson})).await?;
        let new: Vec<_> = all.iter().filter(|piece| !known.contains(&piece.id)).cloned().collect();
        for some in new.chunks(WORKED) {
            self.add(&collection, lesson, some).await?;
        }
        let gone: Vec<_> = known.into_iter().filter(|id| all.iter().all(|piece| piece.id != *id)).collect();
        self.index.remove(&collection, &gone).await?;
        METRICS.count("quiz_lessons_total", &[("outcome", if new.is_empty() { "known" } else { "new" })]);
        Ok(Taken { pieces: all.len(), new: new.len(), gone: gone.len() })
    }

    async fn add(&self, collection: &Collection, lesson: &str, some: &[Piece]) -> Result<(), Problem> {
        let texts: Vec<_> = some.iter().map(|piece| piece.text.as_str()).collect();
        let embeddings = self.model.embed(&texts).await?;
        let records: Vec<_> = some
            .iter()
            .zip(embeddings)
            .map(|(piece, embedding)| Record {
                id: piece.id.clone(),
                embedding,
                document: piece.text.clone(),
                metadata: json!({"lesson": lesson}),
            })
            .collect();
        self.index.put(collection, &records).await
    }

    /// A lesson is gone; questions from it stay, for a reviewer has seen them or will.
    ///
    /// # Errors
    /// Where the index does not work.
    pub async fn forget(&self, course: u64, lesson: &str) -> Result<(), Problem> {
        let prefix = format!("{}-course-{course}-", self.index.tenant);
        for name in self.index.names(&prefix).await? {
            if let Some(collection) = self.index.find(&name).await? {
                let known = self.index.ids(&collection, &json!({"lesson": lesson})).await?;
                self.index.remove(&collection, &known).await?;
            }
        }
        Ok(())
    }

    /// A course is gone with all that is known of it, of any model.
    ///
    /// # Errors
    /// Where the index does not work.
    pub async fn forget_course(&self, course: u64) -> Result<(), Problem> {
        for name in self.index.names(&format!("{}-course-{course}-", self.index.tenant)).await? {
            self.index.drop(&name).await?;
        }
        self.index.drop(&self.questions(course)).await
    }

    /// New drafts. The same question again is the one that was there, with its review.
    ///
    /// # Errors
    /// Where there are no texts, the model breaks the rules twice, or something does not work.
    pub async fn generate(&self, course: u64, wanted: &Wanted, asker: &str) -> Result<Vec<String>, Problem> {
        let pieces = self.about(course, wanted).await?;
        let questions = self.written(wanted, &pieces).await?;
        let collection = self.index.make(&self.questions(course)).await?;
        let stored = |question: Question| Stored {
            question,
            model: self.model.writer.clone(),
            asker: asker.to_owned(),
            made: service_frame::now(),
        };
        let records: Vec<_> = questions.into_iter().map(|question| of_question(&stored(question))).collect();
        self.index.add(&collection, &records).await?;
        Ok(records.into_iter().map(|record| record.id).collect())
    }

    /// The pieces nearest to the topic.
    async fn about(&self, course: u64, wanted: &Wanted) -> Result<Vec<Piece>, Problem> {
        let none = || Problem::new(axum::http::StatusCode::CONFLICT, "there are no texts to ask about");
        let collection = self.index.find(&self.lessons(course)).await?.ok_or_else(none)?;
        let embedding = self.model.embed(&[&wanted.topic]).await?.pop().ok_or_else(none)?;
        let by = wanted.lesson.as_ref().map(|lesson| json!({"lesson": lesson}));
        let found = self.index.nearest(&collection, &embedding, by, SHOWN).await?;
        let pieces: Vec<_> = found.into_iter().map(|(id, text)| Piece { id, text }).collect();
        if pieces.is_empty() { Err(none()) } else { Ok(pieces) }
    }

    /// What the model writes and the rules let through: asked a second time with what was wrong the first time, and no third time.
    async fn written(&self, wanted: &Wanted, pieces: &[Piece]) -> Result<Vec<Question>, Problem> {
        let given: Vec<_> = pieces.iter().map(|piece| piece.id.clone()).collect();
        let (schema, mut complaint) = (schema(), None);
        for _ in 0..2 {
            let messages = messages(wanted, pieces, complaint.as_deref());
            let answer = self.model.write(&messages, &schema, wanted.count).await?;
            let judged = answer.and_then(|text| read(&text, wanted.kind, wanted.count, &given));
            METRICS.count("quiz_answers_total", &[("outcome", if judged.is_ok() { "kept" } else { "refused" })]);
            match judged {
                Ok(questions) => return Ok(questions),
                Err(why) => complaint = Some(why),
            }
        }
        let why = complaint.unwrap_or_default();
        Err(Problem::new(axum::http::StatusCode::BAD_GATEWAY, format!("the model's answer was refused twice: {why}")))
    }
}
