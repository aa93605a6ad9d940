//! The quiz backend's settings, as overlays/features/quiz has them.

use std::time::Duration;

use service_frame::settings::{Settings, Wrong};
use service_frame::token::Verifier;

use crate::index::Index;
use crate::model::Model;
use crate::remote::Remote;

/// All of them.
pub struct Quiz {
    /// Where requests come.
    pub listen: String,
    /// Requests of one address in a second.
    pub rate: u32,
    /// How many requests a model works on at one time.
    pub jobs: usize,
    /// Moodle's key.
    pub verifier: Verifier,
    /// What writes.
    pub model: Model,
    /// What finds.
    pub index: Index,
}

impl Quiz {
    /// From the environment.
    ///
    /// # Errors
    /// What is wrong.
    pub fn of(settings: &Settings) -> Result<Self, Wrong> {
        let key = format!("Bearer {}", settings.secret("QUIZ_MODEL_KEY_FILE")?);
        let (model, index) = (settings.text("QUIZ_MODEL_ENDPOINT")?, settings.text("QUIZ_CHROMA_URL")?);
        let model = Remote::of("the model", &model, ("authorization", &key), Duration::from_secs(90))?;
        let token = settings.secret("QUIZ_TOKEN_FILE")?;
        let index = Remote::of("the index", &index, ("x-chroma-token", &token), Duration::from_secs(30))?;
        let (tenant, database) = (name(settings, "QUIZ_CHROMA_TENANT")?, name(settings, "QUIZ_CHROMA_DATABASE")?);
        Ok(Self {
            listen: settings.text("QUIZ_LISTEN")?,
            rate: settings.within("QUIZ_RATE", 20, 1..=100_000)?,
            jobs: settings.within("QUIZ_JOBS", 4, 1..=64)?,
            verifier: Verifier { keys: settings.keys("QUIZ_TOKEN_FILE")?, audience: "quiz-backend" },
            model: Model {
                remote: model,
                writer: settings.text("QUIZ_MODEL_NAME")?,
                embedder: settings.text("QUIZ_EMBEDDING_MODEL")?,
            },
            index: Index::of(index, &tenant, &database),
        })
    }
}

/// A name that stands in addresses of the index as it is.
fn name(settings: &Settings, variable: &str) -> Result<String, Wrong> {
    let text = settings.text(variable)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let good = text.bytes().all(plain) && text.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if good { Ok(text) } else { Err(Wrong(format!("{variable} is not letters, digits and -_."))) }
}
