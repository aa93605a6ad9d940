//! Jobs in Redis: a stream with a consumer group, a hash for each job, a sorted set of those that wait for another try, a stream of the dead.
//!
//! Each step is one script, so it happens whole or not at all, and Redis writes it to its file as one. An entry stays with its consumer until
//! the job has ended; when a consumer does not renew it, another takes it. Two may then believe that they have the job: the fence, which each
//! beginning sets anew, lets only the last one end it.

mod pause;
mod scripts;

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::streams::{StreamAutoClaimReply, StreamId, StreamReadReply};
use redis::{Client, RedisResult, Script, cmd};
use service_frame::now_ms;
use service_frame::settings::Wrong;

use pause::{milliseconds, pause};
use scripts::{BEGIN, CANCEL, ENQUEUE, FAIL, FINISH, FORGET, PROMOTE, RELEASE, RENEW, REVIVE};

const GROUP: &str = "workers";
/// How long a slot waits for a job before it looks around.
const BLOCK: usize = 1000;

/// How long jobs live and how often they are tried.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A job that is not renewed for so long is another's.
    pub lease: Duration,
    /// After so many failures a job is dead.
    pub attempts: u32,
    /// After so many beginnings without an end, too.
    pub beginnings: u32,
    /// The pause after the first failure; each is twice the one before.
    pub pause: Duration,
    /// For how long an ended job is known.
    pub keep: Duration,
}

/// The queue of a tenant. It is cloned for each slot, for a slot's connection waits with it.
#[derive(Clone)]
pub struct Queue {
    connection: ConnectionManager,
    prefix: String,
    consumer: String,
    /// What holds for all its jobs.
    pub rules: Rules,
}

/// A job that this process has.
#[derive(Clone, Debug)]
pub struct Held {
    /// The job's.
    pub id: String,
    /// What is to be done.
    pub payload: String,
    /// The caller's trace.
    pub trace: String,
    /// An upload that another began and did not end.
    pub upload: String,
    /// When it was asked for, which no other asking under its name has.
    pub asked: String,
    entry: String,
    fence: String,
    failed: u32,
}

/// What became of asking for a job.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is new.
    New,
    /// It was there already.
    Known,
    /// It was there, and is another one.
    Other,
}

impl Queue {
    /// The queue below a prefix. `consumer` must be no other process's: what a name holds is taken for alive.
    ///
    /// # Errors
    /// Where Redis cannot be asked at all.
    pub fn of(client: Client, prefix: &str, consumer: &str, rules: Rules) -> Result<Self, Wrong> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(5)))
            .set_response_timeout(Some(Duration::from_secs(10)))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(client, config)
            .map_err(|error| Wrong(format!("Redis: {error}")))?;
        let (prefix, consumer) = (format!("{prefix}worker:"), consumer.to_owned());
        Ok(Self { connection, prefix, consumer, rules })
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn job(&self, id: &str) -> String {
        format!("{}job:{id}", self.prefix)
    }

    async fn run<T: redis::FromRedisValue>(&self, script: &Script, keys: &[String], all: &[&str]) -> RedisResult<T> {
        let mut invocation = script.prepare_invoke();
        for key in keys {
            invocation.key(key);
        }
        for argument in all {
            invocation.arg(*argument);
        }
        invocation.invoke_async(&mut self.connection.clone()).await
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> RedisResult<()> {
        cmd("PING").query_async(&mut self.connection.clone()).await
    }

    /// Make the group, if it is not there.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn prepare(&self) -> RedisResult<()> {
        let key = self.key("queue");
        let mut group = cmd("XGROUP");
        group.arg("CREATE").arg(&key).arg(GROUP).arg("0").arg("MKSTREAM");
        let made: RedisResult<()> = group.query_async(&mut self.connection.clone()).await;
        made.or_else(|error| if error.code() == Some("BUSYGROUP") { Ok(()) } else { Err(error) })
    }

    /// Ask for a job.
    ///
    /// # Errors
    /// Where Redis does not answer; the same may then be asked again.
    pub async fn enqueue(&self, id: &str, kind: &str, payload: &str, trace: &str) -> RedisResult<Asked> {
        let keys = [self.job(id), self.key("queue")];
        let found: i64 = self.run(&ENQUEUE, &keys, &[id, kind, payload, &now_ms().to_string(), trace]).await?;
        Ok(match found {
            1 => Asked::New,
            0 => Asked::Known,
            _ => Asked::Other,
        })
    }

    /// Take a job: first what a process left that is gone, if `look` says to look for it, then the oldest of the queue.
    ///
    /// # Errors
    /// Where Redis does not answer. A job that was on its way stays with this consumer, until the lease ends.
    pub async fn take(&self, look: bool) -> RedisResult<Option<Held>> {
        let left = if look { self.left().await? } else { None };
        let Some((entry, id)) = (match left {
            Some(found) => Some(found),
            None => self.next().await?,
        }) else {
            return Ok(None);
        };
        self.begin(entry, id).await
    }

    async fn left(&self) -> RedisResult<Option<(String, String)>> {
        let mut from = "0-0".to_owned();
        loop {
            let mut claim = cmd("XAUTOCLAIM");
            claim.arg(self.key("queue")).arg(GROUP).arg(&self.consumer).arg(milliseconds(self.rules.lease));
            claim.arg(&from).arg("COUNT").arg(1);
            let reply: StreamAutoClaimReply = claim.query_async(&mut self.connection.clone()).await?;
            // It looks at ten entries and no more: behind those that others renew it goes on where it was.
            if !reply.claimed.is_empty() || reply.next_stream_id == "0-0" || reply.next_stream_id == from {
                return Ok(reply.claimed.first().map(of_entry));
            }
            from = reply.next_stream_id;
        }
    }

    async fn next(&self) -> RedisResult<Option<(String, String)>> {
        let mut read = cmd("XREADGROUP");
        read.arg("GROUP").arg(GROUP).arg(&self.consumer).arg("COUNT").arg(1).arg("BLOCK").arg(BLOCK);
        read.arg("STREAMS").arg(self.key("queue")).arg(">");
        let reply: Option<StreamReadReply> = read.query_async(&mut self.connection.clone()).await?;
        Ok(reply.iter().flat_map(|reply| &reply.keys).flat_map(|key| &key.ids).next().map(of_entry))
    }

    async fn begin(&self, entry: String, id: String) -> RedisResult<Option<Held>> {
        let keys = [self.job(&id), self.key("queue"), self.key("dead")];
        let (fence, most) =
            (format!("{}:{}", self.consumer, service_frame::random_id()), self.rules.beginnings.to_string());
        let arguments = [GROUP, &entry, &fence, &id, &now_ms().to_string(), &most, &self.keep()];
        let found: Vec<String> = self.run(&BEGIN, &keys, &arguments).await?;
        let Ok([payload, trace, upload, failed, asked]) = <[String; 5]>::try_from(found) else { return Ok(None) };
        Ok(Some(Held { id, payload, trace, upload, asked, entry, fence, failed: failed.parse().unwrap_or(0) }))
    }

    /// Keep the job, and note an upload that is to be taken back if this process ends. False: it is another's by now.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn renew(&self, held: &Held, upload: &str) -> RedisResult<bool> {
        let arguments = [GROUP, &self.consumer, &held.entry, &held.fence, upload];
        self.run(&RENEW, &[self.job(&held.id), self.key("queue")], &arguments).await
    }

    /// The job has ended well. False: it was another's by then.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn finish(&self, held: &Held, result: &str) -> RedisResult<bool> {
        let arguments = [GROUP, &held.entry, &held.fence, result, &now_ms().to_string(), &self.keep()];
        self.run(&FINISH, &[self.job(&held.id), self.key("queue")], &arguments).await
    }

    /// The job has failed: it is tried again after a pause, or is dead.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn fail(&self, held: &Held, why: &str, passes: bool) -> RedisResult<bool> {
        let again = passes && held.failed.saturating_add(1) < self.rules.attempts;
        let due = if again { now_ms() + pause(self.rules.pause, held.failed) } else { 0 };
        let keys = [self.job(&held.id), self.key("queue"), self.key("delayed"), self.key("dead")];
        let (now, due, keep) = (now_ms().to_string(), due.to_string(), self.keep());
        self.run(&FAIL, &keys, &[GROUP, &held.entry, &held.fence, &held.id, why, &now, &due, &keep]).await
    }

    /// Give the job back, for this process ends.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn release(&self, held: &Held) -> RedisResult<bool> {
        let keys = [self.job(&held.id), self.key("queue")];
        self.run(&RELEASE, &keys, &[GROUP, &held.entry, &held.fence, &held.id]).await
    }

    /// Those whose pause is over are queued.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn promote(&self) -> RedisResult<u32> {
        let keys = [self.key("queue"), self.key("delayed")];
        self.run(&PROMOTE, &keys, &[&now_ms().to_string(), &self.key("job:")]).await
    }

    /// Names of processes that are gone for a day and hold nothing are forgotten.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn forget(&self) -> RedisResult<u32> {
        self.run(&FORGET, &[self.key("queue")], &[GROUP, "86400000"]).await
    }

    /// Nobody wants it any more. None: there is no such job.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn cancel(&self, id: &str) -> RedisResult<Option<bool>> {
        let found = self.run(&CANCEL, &[self.job(id)], &[&now_ms().to_string(), &self.keep()]).await?;
        Ok(truth(found))
    }

    /// Try a dead job anew. None: there is no such job.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn revive(&self, id: &str) -> RedisResult<Option<bool>> {
        Ok(truth(self.run(&REVIVE, &[self.job(id), self.key("queue")], &[id]).await?))
    }

    /// All that is known of a job; empty where there is none.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn status(&self, id: &str) -> RedisResult<std::collections::BTreeMap<String, String>> {
        cmd("HGETALL").arg(self.job(id)).query_async(&mut self.connection.clone()).await
    }

    /// The newest of the dead.
    ///
    /// # Errors
    /// Where Redis does not answer.
    pub async fn dead(&self) -> RedisResult<Vec<String>> {
        let mut range = cmd("XREVRANGE");
        range.arg(self.key("dead")).arg("+").arg("-").arg("COUNT").arg(100);
        let reply: redis::streams::StreamRangeReply = range.query_async(&mut self.connection.clone()).await?;
        Ok(reply.ids.iter().map(|entry| of_entry(entry).1).collect())
    }

    fn keep(&self) -> String {
        self.rules.keep.as_secs().to_string()
    }
}

fn of_entry(entry: &StreamId) -> (String, String) {
    (entry.id.clone(), entry.get("id").unwrap_or_default())
}

fn truth(found: i64) -> Option<bool> {
    (found >= 0).then_some(found > 0)
}
