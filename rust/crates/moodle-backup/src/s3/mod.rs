//! A restic repository in a bucket, as rustic and restic lay it out there.

pub mod address;
mod sign;
mod store;
mod trouble;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustic_core::jiff::Timestamp;
use rustic_core::{BytesList, ErrorKind, FileType, Id, ReadBackend, RusticError, RusticResult, WriteBackend};
use sha2::{Digest, Sha256};
use ureq::tls::{PemItem, RootCerts, parse_pem};

use crate::problem::{Problem, Result};
use crate::repository::line_of;
use crate::s3::address::Address;
use crate::s3::sign::{Keys, hex};
use crate::s3::store::{Answer, Ask, LIMIT, Patience, Store, agent};
use crate::s3::trouble::Trouble;
use crate::s3::words::{Object, Page};

/// Debian's bundle of authorities.
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What a command line says of a repository in a bucket.
#[derive(Clone, Debug, clap::Args)]
#[command(
    next_help_heading = "Object store (s3:; keys also from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)"
)]
pub struct Options {
    /// The file that holds the access key's id
    #[arg(long, env = "AWS_ACCESS_KEY_ID_FILE", global = true, value_name = "FILE")]
    access_key_id_file: Option<PathBuf>,
    /// The file that holds the secret access key
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY_FILE", global = true, value_name = "FILE")]
    secret_access_key_file: Option<PathBuf>,
    /// The region that requests are signed for
    #[arg(long, env = "AWS_DEFAULT_REGION", default_value = "us-east-1", global = true, value_name = "REGION")]
    region: String,
    /// The authorities that may vouch for the store, as PEM, instead of the system's
    #[arg(long, env = "SSL_CERT_FILE", global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Keep snapshots, index and folders in this folder, so that they are read once; it may be lost at any time
    #[arg(long, env = "RESTIC_CACHE_DIR", global = true, value_name = "FOLDER")]
    pub cache_dir: Option<PathBuf>,
    /// Let s3:http:// leave this machine: names and sizes can be read on the way, and requests be repeated
    #[arg(long, global = true)]
    insecure_http: bool,
    /// Seconds that a request may take, besides those for what it carries
    #[arg(long, env = "BACKUP_STORE_TIMEOUT", default_value_t = 60, global = true, value_name = "SECONDS",
        value_parser = clap::value_parser!(u16).range(1..))]
    store_timeout: u16,
    /// MiB that the network carries in a second, at least
    #[arg(long, env = "BACKUP_STORE_RATE", default_value_t = 1, global = true, value_name = "MIB",
        value_parser = clap::value_parser!(u16).range(1..))]
    store_rate: u16,
    /// How often a request is sent before the store is given up
    #[arg(long, env = "BACKUP_STORE_TRIES", default_value_t = 8, global = true, value_name = "N",
        value_parser = clap::value_parser!(u8).range(1..))]
    store_tries: u8,
}

/// A repository in a bucket.
#[derive(Clone)]
pub struct Bucket(Arc<Store>);

impl Bucket {
    /// What follows `s3:`, with what the options and the environment say. Nothing is asked yet.
    ///
    /// # Errors
    /// Where the address is none, or keys or authorities cannot be read.
    pub fn of(text: &str, options: &Options) -> Result<Self> {
        let address = Address::of(text, options.insecure_http)?;
        let keys = Keys {
            id: secret("AWS_ACCESS_KEY_ID", options.access_key_id_file.as_ref())?,
            secret: secret("AWS_SECRET_ACCESS_KEY", options.secret_access_key_file.as_ref())?,
            token: std::env::var("AWS_SESSION_TOKEN").ok().filter(|token| !token.is_empty()),
            region: options.region.clone(),
        };
        let patience = Patience {
            tries: u32::from(options.store_tries),
            time: Duration::from_secs(u64::from(options.store_timeout)),
            rate: u32::from(options.store_rate),
        };
        let agent = agent(&address, roots(options.ca_file.as_ref())?);
        Ok(Self(Arc::new(Store::new(address, keys, agent, patience))))
    }

    /// Why the store was given up, if it was.
    pub fn given_up(&self) -> Option<Problem> {
        self.0.given_up().map(Trouble::problem)
    }

    /// Whether a repository is there.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub fn is_repository(&self) -> Result<bool> {
        self.read("config").map(|found| found.is_some()).map_err(Trouble::problem)
    }

    /// Other programs' locks, and when they were written.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub fn locks(&self) -> Result<Vec<(String, Option<Timestamp>)>> {
        let found = self.objects("locks/").map_err(Trouble::problem)?;
        Ok(found.into_iter().map(|object| (object.name, object.written)).collect())
    }

    fn objects(&self, folder: &str) -> std::result::Result<Vec<Object>, Trouble> {
        let prefix = format!("{}{folder}", self.0.address.prefix);
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let mut query = vec![("list-type", "2"), ("prefix", prefix.as_str())];
            if let Some(next) = &next {
                query.insert(0, ("continuation-token", next));
            }
            let ask = Ask { method: "GET", key: None, query: &query, range: None, content: None };
            let answer = self.0.ask(&ask)?;
            if answer.status == 404 {
                return Err(Trouble::lasting("404 for the bucket"));
            }
            let page = Page::of(&answer.body).map_err(Trouble::lasting)?;
            found.extend(page.objects);
            match page.next {
                Some(token) if next.as_ref() != Some(&token) => next = Some(token),
                Some(_) => return Err(Trouble::lasting("the listing does not go on")),
                None => return Ok(found),
            }
        }
    }

    /// A whole object, in ranges; none where there is none.
    fn read(&self, key: &str) -> std::result::Result<Option<Bytes>, Trouble> {
        let Some(first) = self.range(key, 0, LIMIT)? else { return Ok(None) };
        let whole = first.whole.filter(|_| first.status == 206).unwrap_or(first.body.len() as u64);
        if whole <= first.body.len() as u64 {
            return Ok(Some(first.body));
        }
        let mut all = first.body.to_vec();
        while (all.len() as u64) < whole {
            match self.range(key, all.len() as u64, LIMIT)? {
                Some(part) if part.status == 206 && !part.body.is_empty() => all.extend_from_slice(&part.body),
                _ => return Err(Trouble::lasting("an object was changed while it was read")),
            }
        }
        Ok(Some(all.into()))
    }

    fn range(&self, key: &str, offset: u64, length: u32) -> std::result::Result<Option<Answer>, Trouble> {
        let range = Some((offset, offset + u64::from(length.max(1)) - 1));
        let answer = self.0.ask(&Ask { method: "GET", key: Some(key), query: &[], range, content: None })?;
        Ok(Some(answer).filter(|answer| answer.status != 404))
    }

    /// So many bytes; fewer where the object ends before.
    fn part(&self, key: &str, offset: u32, length: u32) -> std::result::Result<Option<Bytes>, Trouble> {
        let mut all = Vec::new();
        while all.len() < length as usize {
            let done = all.len() as u64;
            let left = u32::try_from(u64::from(length) - done).unwrap_or(LIMIT);
            let Some(answer) = self.range(key, u64::from(offset) + done, left.min(LIMIT))? else { return Ok(None) };
            if answer.status != 206 {
                return Err(Trouble::lasting("the store gives no ranges"));
            }
            if answer.body.is_empty() {
                break;
            }
            all.extend_from_slice(&answer.body);
        }
        Ok(Some(all.into()))
    }
}

/// Where restic has a file.
fn key(kind: FileType, id: &Id) -> String {
    let name = id.to_hex();
    match kind {
        FileType::Config => "config".to_owned(),
        FileType::Pack => format!("data/{}/{}", name.as_str().get(..2).unwrap_or_default(), name.as_str()),
        kind => format!("{}/{}", kind.dirname(), name.as_str()),
    }
}

fn lost(trouble: &Trouble) -> Box<RusticError> {
    RusticError::new(ErrorKind::Backend, trouble.what.clone())
}

impl ReadBackend for Bucket {
    fn location(&self) -> String {
        self.0.address.location()
    }

    fn list_with_size(&self, kind: FileType) -> RusticResult<Vec<(Id, u32)>> {
        if kind == FileType::Config {
            let found = self.read("config").map_err(|trouble| lost(&trouble))?;
            return Ok(found.map(|bytes| (Id::default(), length(bytes.len() as u64))).into_iter().collect());
        }
        let objects = self.objects(&format!("{}/", kind.dirname())).map_err(|trouble| lost(&trouble))?;
        let known = |object: Object| Id::parse_some(&object.name, kind).map(|id| (id, length(object.size)));
        Ok(objects.into_iter().filter_map(known).collect())
    }

    fn read_full(&self, kind: FileType, id: &Id) -> RusticResult<Bytes> {
        let key = key(kind, id);
        self.read(&key).map_err(|trouble| lost(&trouble))?.ok_or_else(|| gone(&key))
    }

    fn read_partial(&self, kind: FileType, id: &Id, _cached: bool, offset: u32, length: u32) -> RusticResult<Bytes> {
        let key = key(kind, id);
        let found = self.part(&key, offset, length).map_err(|trouble| lost(&trouble))?.ok_or_else(|| gone(&key))?;
        if found.len() == length as usize {
            return Ok(found);
        }
        Err(RusticError::new(
            ErrorKind::Backend,
            format!("{key} ends before byte {}", u64::from(offset) + u64::from(length)),
        ))
    }

    fn warmup_path(&self, kind: FileType, id: &Id) -> String {
        key(kind, id)
    }
}

/// No object of a repository is larger.
fn length(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn gone(key: &str) -> Box<RusticError> {
    RusticError::new(ErrorKind::Backend, format!("{key} is not in the store"))
}

impl WriteBackend for Bucket {
    fn create(&self) -> RusticResult<()> {
        Ok(()) // A bucket has no folders, and is made by whoever rules it.
    }

    fn write_bytes(&self, kind: FileType, id: &Id, _cached: bool, content: BytesList) -> RusticResult<()> {
        // All but the configuration is named by its sha256: the store itself sees whether it came whole.
        let sum = if kind == FileType::Config { digest(&content) } else { id.to_hex().as_str().to_owned() };
        let key = key(kind, id);
        let ask = Ask { method: "PUT", key: Some(&key), query: &[], range: None, content: Some((&content, &sum)) };
        let answer = self.0.ask(&ask).map_err(|trouble| lost(&trouble))?;
        if answer.status == 404 { Err(gone(&key)) } else { Ok(()) }
    }

    fn remove(&self, kind: FileType, id: &Id, _cached: bool) -> RusticResult<()> {
        let key = key(kind, id);
        let ask = Ask { method: "DELETE", key: Some(&key), query: &[], range: None, content: None };
        self.0.ask(&ask).map(|_| ()).map_err(|trouble| lost(&trouble))
    }
}

fn digest(content: &BytesList) -> String {
    let mut sum = Sha256::new();
    content.slice().iter().for_each(|part| sum.update(part));
    hex(&sum.finalize())
}

fn secret(name: &str, file: Option<&PathBuf>) -> Result<String> {
    if let Some(file) = file {
        return line_of(file);
    }
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| {
        Problem::usage(format!("no {name} is given for the store"))
            .mend(format!("set {name}, or {name}_FILE to a file that holds it"))
    })
}

/// Who may vouch for the store: whom the user names, else whom the system trusts, else whom Mozilla does.
pub fn roots(named: Option<&PathBuf>) -> Result<RootCerts> {
    let system = || Some(PathBuf::from(SYSTEM)).filter(|file| file.is_file());
    let Some(file) = named.cloned().or_else(system) else { return Ok(RootCerts::WebPki) };
    let wrong = |why: &str| Problem::usage(format!("{} {why}", file.display()));
    let text = std::fs::read(&file).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let mut found = Vec::new();
    for item in parse_pem(&text) {
        if let PemItem::Certificate(one) = item.map_err(|error| wrong(&format!("is no PEM: {error}")))? {
            found.push(one);
        }
    }
    if found.is_empty() {
        return Err(wrong("holds no certificate").mend("`--ca-file` takes PEM: -----BEGIN CERTIFICATE-----"));
    }
    Ok(RootCerts::Specific(Arc::new(found)))
}
