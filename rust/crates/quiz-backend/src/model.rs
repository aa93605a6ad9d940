//! A model by OpenAI's protocol: numbers of texts, and questions as JSON.

use serde_json::{Value, json};

use crate::remote::{Remote, Trouble};

/// Texts of one request.
const BATCH: usize = 64;

/// Where it is, and what it is called there.
pub struct Model {
    /// The server.
    pub remote: Remote,
    /// What writes.
    pub writer: String,
    /// What makes numbers of texts.
    pub embedder: String,
}

/// Numbers of a text.
pub type Vector = Vec<f64>;

impl Model {
    /// Numbers of texts, in their order.
    ///
    /// # Errors
    /// Where the model does not give as many as were asked for.
    pub async fn embed(&self, texts: &[String]) -> Result<Vec<Vector>, Trouble> {
        let mut all = Vec::with_capacity(texts.len());
        for some in texts.chunks(BATCH) {
            let body = json!({"model": self.embedder, "input": some, "encoding_format": "float"});
            let found = self.remote.ask("/embeddings".to_owned(), body).await?;
            all.extend(vectors(&found, some.len())?);
        }
        let length = all.first().map(Vec::len);
        if all.iter().any(|vector| vector.is_empty() || Some(vector.len()) != length) {
            return Err(Trouble("the model gives numbers of several lengths".to_owned()));
        }
        Ok(all)
    }

    /// What it writes to an order, by a schema.
    ///
    /// # Errors
    /// Where it writes nothing.
    pub async fn write(&self, order: &str, texts: &str, schema: &Value) -> Result<String, Trouble> {
        let body = json!({
            "model": self.writer, "temperature": 0.3,
            "messages": [{"role": "system", "content": order}, {"role": "user", "content": texts}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "questions", "strict": true, "schema": schema}},
        });
        let found = self.remote.ask("/chat/completions".to_owned(), body).await?;
        let text = found.pointer("/choices/0/message/content").and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| Trouble("the model writes nothing".to_owned()))
    }
}

fn vectors(found: &Value, count: usize) -> Result<Vec<Vector>, Trouble> {
    let mut all = vec![Vector::new(); count];
    for each in found.get("data").and_then(Value::as_array).into_iter().flatten() {
        let at = each.get("index").and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
        let numbers = each.get("embedding").and_then(Value::as_array).into_iter().flatten().map(Value::as_f64);
        if let (Some(place), Some(vector)) = (at.and_then(|at| all.get_mut(at)), numbers.collect::<Option<Vector>>()) {
            *place = vector;
        }
    }
    if all.iter().any(Vec::is_empty) {
        Err(Trouble("the model gives no numbers for a text".to_owned()))
    } else {
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_in_their_places_or_refused() {
        let found = json!({"data": [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1.5, 2]}]});
        assert_eq!(vectors(&found, 2), Ok(vec![vec![1.5, 2.0], vec![3.0, 4.0]]));
        for (wrong, count) in [(found, 3), (json!({"data": [{"index": 0, "embedding": ["x"]}]}), 1), (json!([]), 1)] {
            assert!(vectors(&wrong, count).is_err());
        }
    }
}
