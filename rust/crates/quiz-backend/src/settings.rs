//! The quiz backend's settings, as overlays/features/quiz has them.

use std::time::Duration;

use service_frame::settings::{Settings, Wrong};
use service_frame::token::Verifier;

use crate::course::Courses;
use crate::index::Index;
use crate::model::Model;
use crate::outward::{Bounds, Server};

/// All of them.
pub struct Quiz {
    /// Where requests come.
    pub listen: String,
    /// Requests of one address in a second.
    pub rate: u32,
    /// How long an answer may take: twice what the model may, and what lies around it.
    pub patience: Duration,
    /// Moodle's key.
    pub verifier: Verifier,
    /// Index and model.
    pub courses: Courses,
}

impl Quiz {
    /// From the environment.
    ///
    /// # Errors
    /// What is wrong.
    pub fn of(settings: &Settings) -> Result<Self, Wrong> {
        let seconds: u64 = settings.within("QUIZ_MODEL_SECONDS", 60, 1..=600)?;
        Ok(Self {
            listen: settings.text("QUIZ_LISTEN")?,
            rate: settings.within("QUIZ_RATE", 50, 1..=100_000)?,
            patience: Duration::from_secs(2 * seconds + 30),
            verifier: Verifier { keys: settings.keys("QUIZ_TOKEN_FILE")?, audience: "quiz-backend" },
            courses: Courses { index: index(settings)?, model: model(settings, seconds)? },
        })
    }
}

fn index(settings: &Settings) -> Result<Index, Wrong> {
    let bounds = Bounds { together: 16, most: 8 << 20, whole: Duration::from_secs(30) };
    let header = ("x-chroma-token", settings.secret("QUIZ_TOKEN_FILE")?);
    Ok(Index {
        server: Server::of("the index", &settings.text("QUIZ_CHROMA_URL")?, header, &bounds)?,
        tenant: name(settings, "QUIZ_CHROMA_TENANT")?,
        database: name(settings, "QUIZ_CHROMA_DATABASE")?,
    })
}

fn model(settings: &Settings, seconds: u64) -> Result<Model, Wrong> {
    let together = settings.within("QUIZ_MODEL_REQUESTS", 4, 1..=64)?;
    // 32 texts of 8192 numbers are four megabytes as JSON.
    let bounds = Bounds { together, most: 8 << 20, whole: Duration::from_secs(seconds) };
    let header = ("authorization", format!("Bearer {}", settings.secret("QUIZ_MODEL_KEY_FILE")?));
    Ok(Model {
        server: Server::of("the model", &settings.text("QUIZ_MODEL_ENDPOINT")?, header, &bounds)?,
        writer: settings.text("QUIZ_MODEL_NAME")?,
        embedder: settings.text("QUIZ_EMBEDDING_MODEL")?,
    })
}

/// It goes into addresses, and collections' names begin with it. ChromaDB wants three letters of a tenant's name, and ours may have one: the mark that
/// fills it up is in no name of ours.
fn name(settings: &Settings, variable: &str) -> Result<String, Wrong> {
    let text = settings.text(variable)?;
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let fits = (1..=63).contains(&text.len()) && plain && !text.starts_with('-');
    if fits {
        Ok(format!("{text:_<3}"))
    } else {
        Err(Wrong(format!("{variable} is `{text}`, and not 1 to 63 of a-z, 0-9, -")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_long_enough_for_the_index() {
        let of = |text: &'static str| name(&Settings::of(move |_| Some(text.to_owned())), "NAME").ok();
        assert_eq!([of("a"), of("acme-2")], [Some("a__".to_owned()), Some("acme-2".to_owned())]);
        for wrong in ["../x", "A", "-a", "a_", "a/b", "a?b", "\u{e9}"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
