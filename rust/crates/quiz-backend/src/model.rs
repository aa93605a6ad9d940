//! The model, by OpenAI's protocol: numbers of texts, and texts by a schema.

use serde::Deserialize;
use serde_json::{Value, json};
use service_frame::problem::Problem;

use crate::outward::{Answer, Server};

/// Texts of one request for embeddings.
const BATCH: usize = 32;
const MOST_DIMENSIONS: usize = 8192;
/// Tokens of an answer for each question that is wanted.
const TOKENS: usize = 700;

/// One endpoint with two models.
pub struct Model {
    /// Where.
    pub server: Server,
    /// The one that writes.
    pub writer: String,
    /// The one that makes numbers of texts.
    pub embedder: String,
}

/// A text as numbers.
pub type Embedding = Vec<f32>;

#[derive(Deserialize)]
struct Embedded {
    data: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    embedding: Embedding,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
}

impl Model {
    /// Numbers of each text.
    ///
    /// # Errors
    /// Where the endpoint does not answer, or with other numbers than were asked for.
    pub async fn embed(&self, texts: &[&str]) -> Result<Vec<Embedding>, Problem> {
        let mut all = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            let body = json!({"model": self.embedder, "input": batch, "encoding_format": "float"});
            let answer = self.server.ask("POST", "/embeddings", Some(&body)).await?;
            all.extend(embeddings(answer.good()?, batch.len()).ok_or_else(|| answer.unlike())?);
        }
        Ok(all)
    }

    /// What the model writes, or why that is no text to be read.
    ///
    /// # Errors
    /// Where the endpoint does not answer.
    pub async fn write(
        &self,
        messages: &Value,
        schema: &Value,
        count: usize,
    ) -> Result<Result<String, String>, Problem> {
        let format =
            json!({"type": "json_schema", "json_schema": {"name": "questions", "strict": true, "schema": schema}});
        let body = json!({
            "model": self.writer, "messages": messages, "response_format": format, "max_tokens": TOKENS * count, "n": 1,
        });
        let answer = self.server.ask("POST", "/chat/completions", Some(&body)).await?;
        Ok(written(&answer)?.ok_or_else(|| "the answer has no text, or was cut off".to_owned()))
    }
}

fn written(answer: &Answer) -> Result<Option<String>, Problem> {
    let completion: Completion = answer.good()?;
    let whole = |one: &Written| one.finish_reason.as_deref().is_none_or(|reason| reason == "stop");
    Ok(completion.choices.into_iter().next().filter(whole).and_then(|one| one.message.content))
}

/// In the order of the texts: one for each, of one length, and usable for angles.
fn embeddings(found: Embedded, count: usize) -> Option<Vec<Embedding>> {
    let mut data = found.data;
    data.sort_by_key(|one| one.index);
    let length = data.first()?.embedding.len();
    let usable = |embedding: &Embedding| {
        embedding.len() == length
            && embedding.iter().all(|number| number.is_finite())
            && embedding.iter().any(|number| *number != 0.0)
    };
    let fits = data.len() == count
        && (1..=MOST_DIMENSIONS).contains(&length)
        && data.iter().enumerate().all(|(at, one)| one.index == at && usable(&one.embedding));
    fits.then(|| data.into_iter().map(|one| one.embedding).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(data: &Value, count: usize) -> Option<Vec<Embedding>> {
        embeddings(serde_json::from_value(json!({"data": data, "object": "list"})).ok()?, count)
    }

    #[test]
    fn embeddings_are_one_for_each_text() {
        let one = |index: usize, embedding: &Value| json!({"index": index, "embedding": embedding});
        let (first, second) = (json!([1.0, 0.0]), json!([0.5, 2.0]));
        let mixed = read(&json!([one(1, &second), one(0, &first)]), 2);
        assert_eq!(mixed, Some(vec![vec![1.0, 0.0], vec![0.5, 2.0]]));
        let wrong = [
            json!([]),
            json!([one(0, &first)]),
            json!([one(0, &first), one(0, &second)]),
            json!([one(0, &first), one(2, &second)]),
            json!([one(0, &first), one(1, &json!([1.0]))]),
            json!([one(0, &first), one(1, &json!([]))]),
            json!([one(0, &first), one(1, &json!([0.0, 0.0]))]),
            json!([one(0, &first), one(1, &json!([1e300, 0.0]))]),
            json!([one(0, &first), one(1, &json!(["x", 0.0]))]),
            json!([one(0, &first), one(1, &second), one(2, &second)]),
        ];
        for data in wrong {
            assert_eq!(read(&data, 2), None, "{data}");
        }
    }
}
