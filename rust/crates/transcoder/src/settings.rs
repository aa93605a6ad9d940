//! The transcoder's settings, as overlays/features/transcoder has them.

use std::path::PathBuf;
use std::time::Duration;

use service_frame::outbound::{Policy, agent};
use service_frame::settings::{Settings, Wrong};
use service_frame::token::{Keys, Verifier};

use crate::ffmpeg::Bounds;
use crate::original::Site;

/// All of them.
pub struct Transcoder {
    /// Where requests come.
    pub listen: String,
    /// What addresses of videos begin with.
    pub path: String,
    /// How many videos at one time.
    pub jobs: usize,
    /// Requests of one address in a second; nginx has one address for all learners.
    pub rate: u32,
    /// Keys of addresses and of requests.
    pub keys: Keys,
    /// Moodle's requests.
    pub verifier: Verifier,
    /// Where originals come from.
    pub site: Site,
    /// Where finished videos lie.
    pub cache: PathBuf,
    /// Bytes of it.
    pub cache_size: u64,
    /// What ffmpeg may take.
    pub bounds: Bounds,
}

impl Transcoder {
    /// From the environment.
    ///
    /// # Errors
    /// What is wrong.
    pub fn of(settings: &Settings) -> Result<Self, Wrong> {
        let keys = settings.keys("TRANSCODER_KEY_FILE")?;
        let path = settings.text("TRANSCODER_PATH")?;
        if !path.starts_with('/') || path.len() < 2 || path.ends_with('/') || path.contains(['{', '}', '*']) {
            return Err(Wrong("TRANSCODER_PATH is not /SOMETHING".to_owned()));
        }
        let size = settings.text("TRANSCODER_CACHE_SIZE")?;
        let megabytes: u64 = settings.within("TRANSCODER_MOST_MEGABYTES", 4000, 1..=100_000)?;
        Ok(Self {
            listen: settings.text("TRANSCODER_LISTEN")?,
            path,
            jobs: settings.within("TRANSCODER_JOBS", 1, 1..=8)?,
            rate: settings.within("TRANSCODER_RATE", 5000, 1..=1_000_000)?,
            verifier: Verifier { keys: keys.clone(), audience: "transcoder" },
            keys,
            site: site(settings, megabytes)?,
            cache: PathBuf::from(settings.text("TRANSCODER_CACHE")?),
            // The volume is as large as it says, less what its file system takes.
            cache_size: bytes(&size)
                .map(|bytes| bytes / 10 * 9)
                .ok_or_else(|| Wrong(format!("TRANSCODER_CACHE_SIZE is `{size}`, and not 20Gi")))?,
            bounds: Bounds {
                seconds: settings.within("TRANSCODER_MOST_MINUTES", 180, 1..=720)? * 60,
                bytes: megabytes * 1_000_000,
                memory: settings.within("TRANSCODER_MEMORY_MEGABYTES", 3000, 200..=100_000)? * 1_000_000,
                threads: settings.within("TRANSCODER_THREADS", 2, 1..=64)?,
            },
        })
    }
}

fn site(settings: &Settings, megabytes: u64) -> Result<Site, Wrong> {
    let base = settings.text("TRANSCODER_SITE")?;
    let policy = Policy::only(&base).map_err(|why| Wrong(format!("TRANSCODER_SITE: {why}")))?;
    Ok(Site {
        base: base.trim_end_matches('/').to_owned(),
        host: settings.text("TRANSCODER_HOST")?,
        most: megabytes * 1_000_000,
        agent: agent(policy, Duration::from_secs(10), Duration::from_secs(3600)),
    })
}

/// A size as Kubernetes writes it.
fn bytes(text: &str) -> Option<u64> {
    let at = text.len().checked_sub(2)?;
    let (number, unit) = (text.get(..at)?, text.get(at..)?);
    let power = ["Ki", "Mi", "Gi", "Ti"].iter().position(|each| *each == unit)?;
    let shift = 10 * (u32::try_from(power).ok()? + 1);
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_kubernetes_own() {
        assert_eq!([bytes("20Gi"), bytes("1Ki"), bytes("3Ti")], [Some(20 << 30), Some(1024), Some(3 << 40)]);
        for wrong in ["", "Gi", "20", "20G", "-1Gi", "99999999999999Ti", "2\u{e9}"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
