//! Doing a job. Each can be done twice with the effect of once: files have names by the job, tags have unique keys.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::database::Database;
use crate::jobs::Job;
use crate::queue::{Held, Queue};
use crate::report::cells::{Row, Rows};
use crate::report::summary::Summary;
use crate::report::{Report, csv};
use crate::store::{Store, Trouble};
use crate::tags;

/// Bytes of a part; at most 10,000 parts make a file. A slot holds so much of a file, whatever its size.
const PART: usize = 8 << 20;

/// Why a job was not done.
#[derive(Debug)]
pub enum Failure {
    /// Trying again may help.
    Passing(String),
    /// It does not.
    Lasting(String),
    /// It is another's by now.
    Lost,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let what = format!("store: {}", trouble.what);
        if trouble.passes { Self::Passing(what) } else { Self::Lasting(what) }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        // What the server says of a statement names tables and columns, and no data.
        match error.as_db_error() {
            Some(said) if said.code().code().starts_with("42") => {
                Self::Lasting(format!("database: {}", said.message()))
            }
            Some(said) => Self::Passing(format!("database: {} {}", said.code().code(), said.severity())),
            None => Self::Passing(format!("database: {error}")),
        }
    }
}

/// What jobs work with.
pub struct Tools {
    /// Where rows come from.
    pub database: Database,
    /// Where files go.
    pub store: Arc<Store>,
}

/// Do the job: what it gave.
///
/// # Errors
/// Why it was not done.
pub async fn run(tools: &Tools, queue: &Queue, held: &Held) -> Result<Value, Failure> {
    let job = serde_json::from_str(&held.payload).map_err(|_| Failure::Lasting("it is no job of ours".to_owned()))?;
    match job {
        Job::Export { report } => export(tools, queue, held, &report).await,
        Job::Summary { report } => summary(tools, held, &report).await,
        Job::Tag { forum, most } => {
            let mut client = tools.database.connect().await?;
            let (posts, added) = tags::tag(&mut client, forum, most)
                .await?
                .ok_or_else(|| Failure::Lasting("there is no such forum that takes tags".to_owned()))?;
            Ok(json!({"posts": posts, "added": added}))
        }
    }
}

/// A file's name: the same each time the job is tried, and another when its key is asked for anew, once the job is forgotten.
fn file(held: &Held, report: &Report, kind: &str) -> String {
    format!("{}/{}/{}.{kind}", held.id, held.asked, report.name())
}

async fn export(tools: &Tools, queue: &Queue, held: &Held, report: &Report) -> Result<Value, Failure> {
    let key = file(held, report, "csv");
    if let Some(bytes) = on_store(tools, &key, Store::size).await? {
        return Ok(json!({"file": key, "bytes": bytes})); // Another was ended between this and saying so.
    }
    if !held.upload.is_empty() {
        let upload = held.upload.clone();
        on_store(tools, &key, move |store, key| store.abort(key, &upload)).await?;
    }
    let mut upload = Upload { tools, queue, held, key: &key, name: String::new(), tags: Vec::new(), bytes: 0 };
    match written(tools, report, &mut upload).await {
        Ok(rows) => Ok(json!({"file": key, "bytes": upload.bytes, "rows": rows})),
        Err(failure) => {
            upload.take_back().await;
            Err(failure)
        }
    }
}

async fn written(tools: &Tools, report: &Report, upload: &mut Upload<'_>) -> Result<u64, Failure> {
    let mut buffer = Vec::with_capacity(PART + (PART >> 3));
    csv::add_head(&mut buffer, report.columns());
    let client = tools.database.connect().await?;
    let mut found = pin!(copied(&client, report).await?);
    let (mut rows, mut count) = (Rows::default(), 0);
    while let Some(piece) = found.try_next().await? {
        let mut take = |row: &Row| {
            csv::add(&mut buffer, row);
            count += 1;
        };
        rows.push(&piece, &mut take).map_err(Failure::Lasting)?;
        if buffer.len() >= PART {
            let whole = std::mem::replace(&mut buffer, Vec::with_capacity(PART + (PART >> 3)));
            upload.part(whole.into()).await?;
        }
    }
    if !rows.ended() {
        return Err(Failure::Passing("database: the rows broke off".to_owned()));
    }
    upload.end(buffer.into()).await?;
    Ok(count)
}

async fn copied(client: &Client, report: &Report) -> Result<tokio_postgres::CopyOutStream, Failure> {
    client.batch_execute("SET default_transaction_read_only = on").await?;
    Ok(client.copy_out(&format!("COPY ({}) TO STDOUT", report.query())).await?)
}

async fn summary(tools: &Tools, held: &Held, report: &Report) -> Result<Value, Failure> {
    let (page, data) = (file(held, report, "html"), file(held, report, "json"));
    if on_store(tools, &page, Store::size).await?.is_some() {
        return Ok(json!({"file": page, "data": data}));
    }
    let client = tools.database.connect().await?;
    let mut found = pin!(copied(&client, report).await?);
    let (mut rows, mut summary) = (Rows::default(), Summary::of(report.columns()));
    while let Some(piece) = found.try_next().await? {
        rows.push(&piece, |row| summary.add(row)).map_err(Failure::Lasting)?;
    }
    let summary = summary.ended();
    let text = serde_json::to_string_pretty(&summary).map_err(|error| Failure::Lasting(error.to_string()))?;
    on_store(tools, &data, move |store, key| store.put(key, &text.into())).await?;
    let html = summary.page(report.name());
    on_store(tools, &page, move |store, key| store.put(key, &html.into())).await?;
    Ok(json!({"file": page, "data": data, "rows": summary.rows()}))
}

/// A file on its way, in parts once it is larger than one.
struct Upload<'a> {
    tools: &'a Tools,
    queue: &'a Queue,
    held: &'a Held,
    key: &'a str,
    name: String,
    tags: Vec<String>,
    bytes: usize,
}

impl Upload<'_> {
    async fn part(&mut self, content: Bytes) -> Result<(), Failure> {
        if self.name.is_empty() {
            self.name = on_store(self.tools, self.key, Store::begin).await?;
            // Whoever takes over takes it back: a bucket keeps, and bills, parts that nobody completes.
            let ours = self.queue.renew(self.held, &self.name).await;
            if !ours.map_err(|error| Failure::Passing(format!("Redis: {error}")))? {
                return Err(Failure::Lost);
            }
        }
        self.bytes += content.len();
        let (upload, number) = (self.name.clone(), self.tags.len() + 1);
        let sent = on_store(self.tools, self.key, move |store, key| store.part(key, &upload, number, &content)).await?;
        self.tags.push(sent);
        Ok(())
    }

    async fn end(&mut self, content: Bytes) -> Result<(), Failure> {
        if self.name.is_empty() {
            self.bytes = content.len();
            return on_store(self.tools, self.key, move |store, key| store.put(key, &content)).await;
        }
        self.part(content).await?;
        let (upload, tags) = (self.name.clone(), std::mem::take(&mut self.tags));
        on_store(self.tools, self.key, move |store, key| store.complete(key, &upload, &tags)).await
    }

    async fn take_back(&self) {
        if !self.name.is_empty() {
            let upload = self.name.clone();
            let done = on_store(self.tools, self.key, move |store, key| store.abort(key, &upload)).await;
            if let Err(failure) = done {
                service_frame::log("an upload stays behind", &json!({"key": self.key, "why": format!("{failure:?}")}));
            }
        }
    }
}

/// The store's requests wait for the network, on a thread of their own.
async fn on_store<T: Send + 'static>(
    tools: &Tools,
    key: &str,
    ask: impl FnOnce(&Store, &str) -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Failure> {
    let (store, key) = (Arc::clone(&tools.store), key.to_owned());
    let done = tokio::task::spawn_blocking(move || ask(&store, &key)).await;
    Ok(done.map_err(|error| Failure::Passing(error.to_string()))??)
}
