//! Moodle's database, reached as Moodle's pods reach it: the same variables, the same secrets.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use service_frame::settings::{Settings, Wrong, line_of};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Debian's bundle of authorities.
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

/// How to reach it.
#[derive(Clone)]
pub struct Database {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Database {
    /// By the settings of Moodle's pods.
    ///
    /// # Errors
    /// Where one is missing, or it is no PostgreSQL.
    pub fn of(settings: &Settings, secrets: &std::path::Path) -> Result<Self, Wrong> {
        let kind = settings.given("MOODLE_DB_KIND").unwrap_or_else(|| "postgresql".to_owned());
        if kind != "postgresql" {
            return Err(Wrong(format!("MOODLE_DB_KIND is {kind}, and this program reads PostgreSQL alone")));
        }
        let mut config = Config::new();
        config
            .host(settings.text("MOODLE_DB_HOST")?)
            .port(settings.within("MOODLE_DB_PORT", 5432, 1..=u16::MAX)?)
            .dbname(settings.text("MOODLE_DB_NAME")?)
            .user(line_of(&secrets.join("moodle-db/username"))?)
            .password(line_of(&secrets.join("moodle-db/password"))?)
            .application_name("worker")
            .connect_timeout(Duration::from_secs(10))
            .keepalives_idle(Duration::from_secs(60));
        let tls = tls(settings)?;
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        Ok(Self { config, tls })
    }

    /// A connection, which ends when the client is dropped.
    ///
    /// # Errors
    /// Where the server does not let us in.
    pub async fn connect(&self) -> Result<Client, Error> {
        if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await?;
            tokio::spawn(connection);
            return Ok(client);
        }
        let (client, connection) = self.config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

/// Whoever asks for TLS gets a server that is who it says: there is no half of it here.
fn tls(settings: &Settings) -> Result<Option<MakeRustlsConnect>, Wrong> {
    let mode = settings.given("PGSSLMODE").unwrap_or_else(|| "prefer".to_owned());
    match mode.as_str() {
        "disable" | "allow" | "prefer" => return Ok(None),
        "require" | "verify-ca" | "verify-full" => (),
        _ => return Err(Wrong(format!("PGSSLMODE is {mode}, which libpq does not know"))),
    }
    let file = settings.given("PGSSLROOTCERT").filter(|name| name != "system").unwrap_or_else(|| SYSTEM.to_owned());
    let wrong = |why: &dyn std::fmt::Display| Wrong(format!("{file}: {why}"));
    let mut roots = RootCertStore::empty();
    for one in CertificateDer::pem_file_iter(PathBuf::from(&file)).map_err(|error| wrong(&error))? {
        roots.add(one.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = builder.map_err(|error| wrong(&error))?.with_root_certificates(roots).with_no_client_auth();
    Ok(Some(MakeRustlsConnect::new(config)))
}
