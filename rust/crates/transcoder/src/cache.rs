//! Finished videos on a volume that all pods share: a folder each, there whole or not at all, and the oldest make room.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use service_frame::random_id;

/// Work that was not touched for so long is nobody's.
const STALE: Duration = Duration::from_secs(120);
/// The mark of a video's use is no newer than needed: a write for each playlist would be as many as there are learners.
const USED: Duration = Duration::from_secs(600);

/// The volume.
pub struct Cache {
    root: PathBuf,
    size: u64,
    room: Mutex<()>,
}

/// A folder that is gone when its owner is, unless it was published.
pub struct Folder(pub PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The right to make a video, over all pods.
pub struct Lock(PathBuf);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Lock {
    /// Say that the work goes on.
    pub fn touch(&self) {
        let _ = touch(&self.0);
    }
}

fn touch(file: &Path) -> io::Result<()> {
    fs::File::options().write(true).create(true).truncate(false).open(file)?.set_modified(SystemTime::now())
}

fn age(file: &Path) -> Option<Duration> {
    fs::metadata(file).ok()?.modified().ok().map(|then| then.elapsed().unwrap_or_default())
}

impl Cache {
    /// Nothing is written yet.
    #[must_use]
    pub fn of(root: PathBuf, size: u64) -> Self {
        Self { root, size, room: Mutex::default() }
    }

    /// Whether it can be written.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn usable(&self) -> io::Result<()> {
        touch(&self.root.join(".usable"))
    }

    /// A part of a finished video. The name must be one of ours.
    #[must_use]
    pub fn part(&self, id: &str, name: &str) -> PathBuf {
        self.root.join(id).join(name)
    }

    /// Whether a video is finished; whoever asks uses it.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        let used = self.part(id, "used");
        let old = age(&used);
        if old.is_some_and(|age| age > USED) {
            let _ = touch(&used);
        }
        old.is_some()
    }

    /// A folder for work, beside the finished ones so that it can become one.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn folder(&self) -> io::Result<Folder> {
        let folder = Folder(self.root.join(format!(".making-{}", random_id())));
        fs::create_dir(&folder.0)?;
        Ok(folder)
    }

    /// Take the right to make a video; none where another pod has it.
    ///
    /// # Errors
    /// Where the volume cannot be written.
    pub fn lock(&self, id: &str) -> io::Result<Option<Lock>> {
        let file = self.root.join(format!(".lock-{id}"));
        if age(&file).is_some_and(|age| age > STALE) {
            let _ = fs::remove_file(&file);
        }
        match fs::File::create_new(&file) {
            Ok(_) => Ok(Some(Lock(file))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Room for a video before it is written: on a volume that is full of finished ones, it would never come so far as to be published.
    ///
    /// # Errors
    /// Where the volume cannot be read or written.
    pub fn room(&self, needed: u64, folder: &Folder) -> io::Result<()> {
        let _one = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        self.make_room(needed.min(self.size), &folder.0)
    }

    /// What was made is the video, from now on and at once.
    ///
    /// # Errors
    /// Where it is larger than the volume may be, or cannot be moved.
    pub fn publish(&self, id: &str, folder: &Folder) -> io::Result<()> {
        let _one = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        touch(&folder.0.join("used"))?;
        let needed = size_of(&folder.0)?;
        if needed > self.size {
            return Err(io::Error::other("the video is larger than the cache"));
        }
        self.make_room(needed, &folder.0)?;
        let half = [io::ErrorKind::DirectoryNotEmpty, io::ErrorKind::AlreadyExists];
        match fs::rename(&folder.0, self.root.join(id)) {
            Err(_) if self.has(id) => return Ok(()), // another pod was faster
            Err(error) if half.contains(&error.kind()) => self.remove(&self.root.join(id))?,
            done => return done,
        }
        fs::rename(&folder.0, self.root.join(id))
    }

    /// Gone at once, as it came: whoever is killed in between leaves a folder for work, which is removed later, and no half of a video. It may be gone
    /// already, for other pods make room too.
    fn remove(&self, video: &Path) -> io::Result<()> {
        let aside = Folder(self.root.join(format!(".making-{}", random_id())));
        fs::rename(video, &aside.0).or_else(none)
    }

    /// The videos that were not used for the longest time go, and what work left behind. What others are making takes room too.
    fn make_room(&self, needed: u64, own: &Path) -> io::Result<()> {
        let (mut all, mut kept) = (Vec::new(), needed);
        for entry in fs::read_dir(&self.root)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(".making-") {
                if newest(&path).is_none_or(|age| age > STALE * 30) {
                    fs::remove_dir_all(&path).or_else(none)?;
                } else if path != own {
                    kept += size_of(&path).unwrap_or_default();
                }
            } else if let Some(age) = age(&path.join("used")) {
                all.push((age, size_of(&path).unwrap_or_default(), path));
            }
        }
        all.sort();
        for (_, size, path) in all {
            kept += size;
            if kept > self.size {
                self.remove(&path)?;
                kept -= size;
            }
        }
        Ok(())
    }
}

/// What another has removed is removed.
fn none(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn size_of(folder: &Path) -> io::Result<u64> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

fn newest(folder: &Path) -> Option<Duration> {
    fs::read_dir(folder).ok()?.filter_map(|entry| age(&entry.ok()?.path())).min().or_else(|| age(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(cache: &Cache, id: &str, bytes: usize, used_before: u64) -> io::Result<()> {
        let folder = cache.folder()?;
        fs::write(folder.0.join("240p.mp4"), vec![0; bytes])?;
        cache.publish(id, &folder)?;
        let then = SystemTime::now() - Duration::from_secs(used_before);
        fs::File::options().write(true).open(cache.part(id, "used"))?.set_modified(then)
    }

    #[test]
    fn the_least_used_make_room_and_nothing_grows_beyond() -> io::Result<()> {
        let root = std::env::temp_dir().join(format!("cache-{}", random_id()));
        fs::create_dir(&root)?;
        let (_gone, cache) = (Folder(root.clone()), Cache::of(root.clone(), 1000));
        add(&cache, "a", 400, 500)?;
        add(&cache, "b", 400, 300)?;
        assert!(cache.has("a") && cache.has("b"));
        add(&cache, "c", 400, 0)?;
        assert_eq!([cache.has("a"), cache.has("b"), cache.has("c")], [false, true, true]);
        assert!(add(&cache, "d", 1001, 0).is_err() && cache.has("c"));
        fs::create_dir(root.join("f"))?;
        fs::write(root.join("f/240p.mp4"), "left behind")?;
        add(&cache, "f", 5, 0)?;
        assert!(
            cache.has("f") && fs::read(cache.part("f", "240p.mp4"))? == [0; 5],
            "what was half removed is no hindrance"
        );
        let folder = cache.folder()?;
        fs::write(folder.0.join("240p.mp4"), vec![0; 300])?;
        cache.room(300, &cache.folder()?)?;
        assert_eq!(
            [cache.has("c"), cache.has("f")],
            [false, true],
            "what is written, and what will be, has its room before"
        );
        drop(folder);
        let lock = cache.lock("e")?;
        assert!(lock.is_some() && cache.lock("e")?.is_none());
        drop(lock);
        assert!(cache.lock("e")?.is_some());
        assert!(
            fs::read_dir(&root)?
                .all(|entry| entry.is_ok_and(|entry| !entry.file_name().to_string_lossy().starts_with(".making")))
        );
        Ok(())
    }
}
