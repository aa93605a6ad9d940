//! Originals, fetched from the site's own web pods by an address that Moodle signed, and from nowhere else.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha1::{Digest, Sha1};
use ureq::Agent;

/// Where originals come from.
#[derive(Clone)]
pub struct Site {
    /// Scheme, host and port.
    pub base: String,
    /// The header `Host`: the site's name, by which its nginx knows it.
    pub host: String,
    /// Bytes of an original at the most.
    pub most: u64,
    /// Asks nothing but `base`.
    pub agent: Agent,
}

/// Whether it is the path of a file on the site: never another host's, nor another path than it seems.
#[must_use]
pub fn is_source(text: &str) -> bool {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    let in_query = |byte: u8| plain(byte) || b"=&+:,".contains(&byte);
    let lower = path.to_ascii_lowercase();
    let hidden = ["%2e", "%2f", "%5c", "%00", "//"].iter().any(|each| lower.contains(each));
    let folders = path.split('/').any(|part| part == "." || part == "..");
    text.len() <= 1000
        && (path.starts_with("/pluginfile.php/")
            || path.starts_with("/tokenpluginfile.php/")
            || path.starts_with("/webservice/pluginfile.php/"))
        && path.bytes().all(plain)
        && query.bytes().all(in_query)
        && !hidden
        && !folders
}

/// Set when whoever waits for an original has gone.
#[derive(Clone, Default)]
pub struct Gone(Arc<AtomicBool>);

impl Drop for GoneGuard {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Says so when it is dropped.
pub struct GoneGuard(Gone);

impl Site {
    /// Fetch an original into a file.
    ///
    /// # Errors
    /// Why it is not there, in words for the caller.
    pub async fn fetch(&self, id: &str, source: &str, into: &Path) -> Result<(), String> {
        let (gone, site, into) = (Gone::default(), self.clone(), into.to_owned());
        let (id, source) = (id.to_owned(), source.to_owned());
        let _guard = GoneGuard(gone.clone());
        let done = tokio::task::spawn_blocking(move || site.copy(&id, &source, &into, &gone)).await;
        done.unwrap_or_else(|_| Err("fetching the original broke off".to_owned()))
    }

    fn copy(&self, id: &str, source: &str, into: &Path, gone: &Gone) -> Result<(), String> {
        let request = self.agent.get(format!("{}{source}", self.base)).header("host", &self.host);
        let mut response = request.call().map_err(|_| "the site does not answer".to_owned())?;
        if response.status().as_u16() != 200 {
            return Err(format!("the site says {} for the original", response.status().as_u16()));
        }
        let too_large = || format!("the original has more than {} MB", self.most / 1_000_000);
        if response.body().content_length().is_some_and(|length| length > self.most) {
            return Err(too_large());
        }
        let mut body = response.body_mut().with_config().limit(self.most.saturating_add(1)).reader();
        let mut file = File::create_new(into).map_err(|error| error.to_string())?;
        let (mut buffer, mut count, mut sum) = (vec![0; 64 << 10], 0_u64, Sha1::new());
        loop {
            let read = body.read(&mut buffer).map_err(|_| "the original broke off".to_owned())?;
            count += read as u64;
            match buffer.get(..read) {
                None | Some([]) => break,
                Some(_) if count > self.most => return Err(too_large()),
                Some(_) if gone.0.load(Ordering::Relaxed) => return Err("nobody waits".to_owned()),
                Some(piece) => {
                    sum.update(piece);
                    file.write_all(piece).map_err(|error| error.to_string())?;
                }
            }
        }
        let is_it = service_frame::hex(&sum.finalize()) == id;
        if is_it { Ok(()) } else { Err("the original is another file than was asked for".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_files_of_the_site_are_originals() {
        for good in ["/pluginfile.php/12/mod_resource/content/1/a%20b.mp4?token=x", "/tokenpluginfile.php/abc/1/x.mp4"]
        {
            assert!(is_source(good), "{good}");
        }
        let wrong = "http://169.254.169.254/ file:///etc/passwd //evil/pluginfile.php/ /pluginfile.php/../config.php /login/index.php \
            /pluginfile.php/%2e%2e/x /pluginfile.php/a%2Fb /pluginfile.php//x /pluginfile.php/x#y /pluginfile.php/x\\y @evil/pluginfile.php/x \
            /pluginfile.php/x?a=http://evil/@ /pluginfile.php/%00";
        for text in wrong.split_whitespace().chain(["", "/pluginfile.php/a b", "/pluginfile.php/x\r\nHost: y"]) {
            assert!(!is_source(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_asked_of_the_site(text in "/pluginfile.php/[!-~]{0,30}") {
            if is_source(&text) {
                let uri = format!("http://moodle{text}").parse::<ureq::http::Uri>();
                let asked = uri.map(|uri| (uri.authority().map(ToString::to_string), uri.path_and_query().map(ToString::to_string)));
                prop_assert_eq!(asked.ok(), Some((Some("moodle".to_owned()), Some(text))));
            }
        }
    }
}
