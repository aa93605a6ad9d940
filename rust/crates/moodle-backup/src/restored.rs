//! The evidence that a restored site is whole: its own rows against its own files.

use std::path::{Path, PathBuf};

use sha1::Digest;

use crate::evidence::{Evidence, Sample, Sum, count, of, picked};
use crate::rows::{Contents, Hash, Row, place};

/// Hold the rows against the folder: each has its file, of its size, and of a sample the content is read.
pub fn gather(contents: &Contents, folder: &Path, sample: Sample) -> Evidence {
    let mut evidence = Evidence { rows: contents.rows, contents: count(contents.named.len()), ..Evidence::default() };
    let sample = picked(contents.named.keys(), sample);
    let sample: std::collections::HashSet<_> = sample.iter().collect();
    for (hash, row) in &contents.named {
        let Some(file) = file(folder, hash, &mut evidence) else {
            evidence.missing.push(format!("{} ({})", place(hash), of(row)));
            continue;
        };
        if let Err(wrong) = look(&file, hash, row, sample.contains(hash), &mut evidence) {
            evidence.corrupt.push(format!("{} ({}): {wrong}", place(hash), of(row)));
        }
    }
    evidence.missing.sort();
    evidence.corrupt.sort();
    evidence
}

/// Where Moodle finds a content, or takes it back from.
fn file(folder: &Path, hash: &Hash, evidence: &mut Evidence) -> Option<PathBuf> {
    let kept = place(hash);
    let file = folder.join(&kept);
    if file.is_file() {
        return Some(file);
    }
    let trashed = folder.join(kept.replacen("filedir", "trashdir", 1));
    evidence.in_trash += u64::from(trashed.is_file());
    trashed.is_file().then_some(trashed)
}

fn look(file: &Path, hash: &Hash, row: &Row, read: bool, evidence: &mut Evidence) -> Result<(), String> {
    let size = file.metadata().map_err(|error| error.to_string())?.len();
    if size != row.size {
        return Err(format!("{size} bytes, the row says {}", row.size));
    }
    if !read {
        return Ok(());
    }
    let mut sum = Sum::default();
    std::fs::File::open(file)
        .and_then(|mut open| std::io::copy(&mut open, &mut sum))
        .map_err(|error| error.to_string())?;
    if <[u8; 20]>::from(sum.sha1.finalize()) != *hash {
        return Err("its sha1 is another".to_owned());
    }
    evidence.read += 1;
    evidence.bytes += size;
    Ok(())
}
