//! The worker's settings: those of Moodle's pods and `WORKER_*`, as overlays/features/worker has them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, TlsCertificates};
use service_frame::settings::{Settings, Wrong, line_of};
use service_frame::token::Verifier;

use crate::database::Database;
use crate::queue::Rules;
use crate::store::Store;
use crate::store::sign::Keys;

/// All of them.
pub struct Worker {
    /// Where requests come.
    pub listen: String,
    /// This process's name, and no other's.
    pub name: String,
    /// How many jobs at one time.
    pub slots: u32,
    /// Requests of one address in a second.
    pub rate: u32,
    /// How long the job at hand may take once the process is told to end.
    pub grace: Duration,
    /// How long jobs live and how often they are tried.
    pub rules: Rules,
    /// Moodle's key.
    pub verifier: Verifier,
    /// Where files go.
    pub store: Store,
    /// Where rows come from.
    pub database: Database,
    /// Where jobs lie.
    pub redis: Client,
    /// What our keys there begin with.
    pub prefix: String,
}

impl Worker {
    /// From the environment.
    ///
    /// # Errors
    /// What is wrong.
    pub fn of(settings: &Settings) -> Result<Self, Wrong> {
        let secrets = PathBuf::from(settings.given("MOODLE_SECRETS").unwrap_or_else(|| "/run/secrets".to_owned()));
        // A pod's container may start again under the pod's name, while what the first one had is still taken for alive.
        let name = format!("{}-{}", settings.text("WORKER_NAME")?, service_frame::random_id());
        Ok(Self {
            listen: settings.text("WORKER_LISTEN")?,
            name,
            slots: settings.within("WORKER_JOBS", 2, 1..=32)?,
            rate: settings.within("WORKER_RATE", 50, 1..=100_000)?,
            grace: Duration::from_secs(settings.within("WORKER_GRACE_SECONDS", 280, 0..=3600)?),
            rules: rules(settings)?,
            verifier: Verifier { keys: settings.keys("WORKER_TOKEN_FILE")?, audience: "worker" },
            store: store(settings)?,
            database: Database::of(settings, &secrets)?,
            redis: redis(settings, &secrets)?,
            prefix: settings.text("MOODLE_REDIS_PREFIX")?,
        })
    }
}

fn rules(settings: &Settings) -> Result<Rules, Wrong> {
    let days: u64 = settings.within("WORKER_KEEP_DAYS", 7, 1..=90)?;
    Ok(Rules {
        lease: Duration::from_secs(settings.within("WORKER_LEASE_SECONDS", 30, 1..=600)?),
        attempts: settings.within("WORKER_ATTEMPTS", 5, 1..=20)?,
        beginnings: settings.within("WORKER_BEGINNINGS", 10, 1..=1000)?,
        pause: Duration::from_secs(settings.within("WORKER_PAUSE_SECONDS", 10, 1..=600)?),
        keep: Duration::from_secs(days * 86_400),
    })
}

fn store(settings: &Settings) -> Result<Store, Wrong> {
    let keys = Keys {
        id: settings.secret("WORKER_STORE_ID_FILE")?,
        secret: settings.secret("WORKER_STORE_KEY_FILE")?,
        region: settings.text("WORKER_STORE_REGION")?,
    };
    let (bucket, prefix) = (settings.text("WORKER_STORE_BUCKET")?, settings.text("WORKER_STORE_PREFIX")?);
    Store::of(&settings.text("WORKER_STORE_ENDPOINT")?, &bucket, &prefix, keys)
}

fn redis(settings: &Settings, secrets: &Path) -> Result<Client, Wrong> {
    let wrong = |error: &dyn std::fmt::Display| Wrong(format!("Redis: {error}"));
    let (host, port) = (settings.text("MOODLE_REDIS_HOST")?, settings.within("MOODLE_REDIS_PORT", 6379, 1..=u16::MAX)?);
    let password = line_of(&secrets.join("moodle/redis-password"))?;
    let authority = settings.given("MOODLE_REDIS_CA");
    let address = if authority.is_some() {
        ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
    } else {
        ConnectionAddr::Tcp(host, port)
    };
    let info = address.into_connection_info().map_err(|error| wrong(&error))?;
    let info = info.set_redis_settings(RedisConnectionInfo::default().set_password(password));
    let Some(file) = authority else { return Client::open(info).map_err(|error| wrong(&error)) };
    let root = std::fs::read(&file).map_err(|error| Wrong(format!("{file}: {error}")))?;
    let certificates = TlsCertificates { client_tls: None, root_cert: Some(root) };
    Client::build_with_tls(info, certificates).map_err(|error| wrong(&error))
}
