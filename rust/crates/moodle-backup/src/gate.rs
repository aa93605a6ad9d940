//! A repository that takes no snapshot before its source is known to have ended well.
//!
//! rustic logs a source's error and saves the snapshot all the same; a dump that broke off would look like a backup.

use std::sync::{Arc, Mutex, PoisonError};

use rustic_core::{BytesList, ErrorKind, FileType, Id, RusticError, RusticResult, WriteBackend};

/// Why no snapshot may be written now, if so; shared by a source and the repository it goes into.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Mutex<Option<String>>>);

impl Gate {
    /// From here on no snapshot is written, and this is why.
    pub fn shut(&self, why: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.into());
    }

    /// Snapshots may be written.
    pub fn open(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Why no snapshot may be written, if so.
    pub fn why(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A backend whose snapshots pass the gate.
pub struct Gated {
    /// Where all is stored.
    pub inner: Arc<dyn WriteBackend>,
    /// What snapshots pass.
    pub gate: Gate,
}

/// A backend that wraps another one, its `inner`, and reads as that does.
macro_rules! reads_from_inner {
    ($backend:ty) => {
        impl rustic_core::ReadBackend for $backend {
            fn location(&self) -> String {
                self.inner.location()
            }

            fn list_with_size(
                &self,
                kind: rustic_core::FileType,
            ) -> rustic_core::RusticResult<Vec<(rustic_core::Id, u32)>> {
                self.inner.list_with_size(kind)
            }

            fn list(&self, kind: rustic_core::FileType) -> rustic_core::RusticResult<Vec<rustic_core::Id>> {
                self.inner.list(kind)
            }

            fn read_full(
                &self,
                kind: rustic_core::FileType,
                id: &rustic_core::Id,
            ) -> rustic_core::RusticResult<bytes::Bytes> {
                self.inner.read_full(kind, id)
            }

            fn read_partial(
                &self,
                kind: rustic_core::FileType,
                id: &rustic_core::Id,
                cached: bool,
                offset: u32,
                length: u32,
            ) -> rustic_core::RusticResult<bytes::Bytes> {
                self.inner.read_partial(kind, id, cached, offset, length)
            }

            fn warmup_path(&self, kind: rustic_core::FileType, id: &rustic_core::Id) -> String {
                self.inner.warmup_path(kind, id)
            }
        }
    };
}
pub(crate) use reads_from_inner;

reads_from_inner!(Gated);

impl WriteBackend for Gated {
    fn create(&self) -> RusticResult<()> {
        self.inner.create()
    }

    fn write_bytes(&self, kind: FileType, id: &Id, cached: bool, content: BytesList) -> RusticResult<()> {
        match self.gate.why() {
            Some(why) if kind == FileType::Snapshot => Err(RusticError::new(ErrorKind::InputOutput, why)),
            _ => self.inner.write_bytes(kind, id, cached, content),
        }
    }

    fn remove(&self, kind: FileType, id: &Id, cached: bool) -> RusticResult<()> {
        self.inner.remove(kind, id, cached)
    }
}
