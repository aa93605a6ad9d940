//! Videos that are being made: who waits, who works, and why one was refused.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use service_frame::metrics::METRICS;
use service_frame::{log, random_id};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use crate::cache::{Cache, Folder, Lock};
use crate::ffmpeg::{Bounds, Video, bytes};
use crate::original::Site;

/// So many wait at the most.
const MOST_WAITING: usize = 100;
/// So many refusals are remembered.
const MOST_REFUSED: usize = 1000;

/// What all requests share.
pub struct Videos {
    /// Where finished ones lie.
    pub cache: Cache,
    site: Site,
    bounds: Bounds,
    permits: Arc<Semaphore>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    working: HashMap<String, AbortHandle>,
    refused: HashMap<String, String>,
}

/// How a video stands.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    /// It can be fetched.
    Done,
    /// Here or in another pod.
    Working,
    /// And why.
    Refused(String),
    /// Nobody asked for it, as far as is known here.
    Unknown,
    /// Too many wait.
    Full,
}

/// An original on this pod's own disk, and what is known of it; gone with its owner.
pub struct Original {
    /// The file.
    pub file: PathBuf,
    /// Its folder.
    pub folder: Folder,
    /// What it is.
    pub video: Video,
}

impl Videos {
    /// None yet.
    #[must_use]
    pub fn of(cache: Cache, site: Site, bounds: Bounds, jobs: usize) -> Arc<Self> {
        Arc::new(Self { cache, site, bounds, permits: Arc::new(Semaphore::new(jobs)), known: Mutex::default() })
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a video stands.
    #[must_use]
    pub fn state(&self, id: &str) -> State {
        if self.cache.has(id) {
            return State::Done;
        }
        let known = self.known();
        match known.refused.get(id) {
            _ if known.working.contains_key(id) => State::Working,
            Some(why) => State::Refused(why.clone()),
            None => State::Unknown,
        }
    }

    /// Make a video, unless it is there or under way. Asked twice, it is made once; one that was refused is tried again.
    pub fn make(self: &Arc<Self>, id: &str, source: &str) -> State {
        if self.cache.has(id) {
            return State::Done;
        }
        let mut known = self.known();
        if known.working.contains_key(id) {
            return State::Working;
        }
        if known.working.len() >= MOST_WAITING {
            return State::Full;
        }
        known.refused.remove(id);
        let (videos, name, source) = (Arc::clone(self), id.to_owned(), source.to_owned());
        let task = tokio::spawn(async move { videos.work(name, &source).await });
        known.working.insert(id.to_owned(), task.abort_handle());
        State::Working
    }

    /// Nobody wants it any more: ffmpeg ends with the task, and so do its files.
    pub fn cancel(&self, id: &str) -> bool {
        let task = self.known().working.remove(id);
        task.map(|task| task.abort()).is_some()
    }

    async fn work(&self, id: String, source: &str) {
        let done = match self.permit().await {
            Ok(_permit) => self.made(&id, source).await,
            Err(why) => Err(why),
        };
        METRICS.count("transcoder_videos_total", &[("outcome", if done.is_ok() { "done" } else { "refused" })]);
        let mut known = self.known();
        known.working.remove(&id);
        if let Err(why) = done {
            log("a video is refused", &json!({"id": id, "why": why}));
            if known.refused.len() >= MOST_REFUSED {
                known.refused.clear();
            }
            known.refused.insert(id, why);
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, String> {
        Arc::clone(&self.permits).acquire_owned().await.map_err(|_| "the service is ending".to_owned())
    }

    /// The right to work now, or none where all work.
    #[must_use]
    pub fn permit_now(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    async fn made(&self, id: &str, source: &str) -> Result<(), String> {
        let of_disk = |error: std::io::Error| format!("the cache: {error}");
        let Some(lock) = self.cache.lock(id).map_err(of_disk)? else {
            return self.made_elsewhere(id).await;
        };
        if self.cache.has(id) {
            return Ok(());
        }
        let folder = self.cache.folder().map_err(of_disk)?;
        let making = async {
            let original = self.original(id, source).await?;
            self.cache.room(bytes(&original.video), &folder).map_err(of_disk)?;
            self.bounds.convert(&original.file, &original.video, &folder.0).await
        };
        tokio::select! { done = making => done?, () = touched(&lock) => () }
        self.cache.publish(id, &folder).map_err(of_disk)
    }

    /// Another pod makes it: wait until it is there, or the other has given up.
    async fn made_elsewhere(&self, id: &str) -> Result<(), String> {
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            if self.cache.has(id) {
                return Ok(());
            }
            if let Ok(Some(_)) = self.cache.lock(id) {
                return Err("another pod could not make it; ask again".to_owned());
            }
        }
    }

    /// Fetch an original and look at it. It is the file of that name, or none: who may replace a file has not made what others see under the name
    /// of the one before.
    ///
    /// # Errors
    /// Why it is refused.
    pub async fn original(&self, id: &str, source: &str) -> Result<Original, String> {
        let folder = Folder(std::env::temp_dir().join(format!("transcoder-{}", random_id())));
        tokio::fs::create_dir(&folder.0).await.map_err(|error| error.to_string())?;
        let file = folder.0.join("original");
        self.site.fetch(id, source, &file).await?;
        let video = self.bounds.probe(&file, &folder.0).await?;
        Ok(Original { file, folder, video })
    }

    /// What ffmpeg may take.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }
}

/// Never ends.
async fn touched(lock: &Lock) {
    loop {
        lock.touch();
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
}
