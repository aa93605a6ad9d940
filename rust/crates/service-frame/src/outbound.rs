//! Requests outward whose address somebody else had a word in. A name is looked up once, its addresses are judged, and one of those is
//! connected to: a name that answers otherwise the second time gains nothing. No redirect is followed, and no proxy asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// This scheme, host and port of the operator's settings, wherever it is, and nothing else.
    Only(String),
    /// Addresses of the public internet, by HTTPS on its own port.
    Public,
}

impl Policy {
    /// The one server that an address of the settings names.
    ///
    /// # Errors
    /// Where it is no address of a server.
    pub fn only(url: &str) -> Result<Self, String> {
        let uri = url.parse::<Uri>().map_err(|error| format!("{url}: {error}"))?;
        if uri.path_and_query().is_some_and(|path| path.as_str() != "/") {
            return Err(format!("{url} has more than scheme, host and port"));
        }
        origin(&uri).map(Self::Only).ok_or_else(|| format!("{url} is no address of a server"))
    }

    /// Whether this may be asked, before any name is looked up.
    #[must_use]
    pub fn allows(&self, uri: &Uri) -> bool {
        match self {
            Self::Only(one) => origin(uri).as_ref() == Some(one),
            Self::Public => {
                origin(uri).is_some_and(|origin| origin.starts_with("https://") && origin.ends_with(":443"))
            }
        }
    }

    fn allows_address(&self, address: IpAddr) -> bool {
        matches!(self, Self::Only(_)) || is_public(address)
    }
}

/// Scheme, host and port; none where a user stands before the host.
fn origin(uri: &Uri) -> Option<String> {
    let authority = uri.authority()?;
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return None;
    }
    // A port that cannot be read is not the standard one.
    let has_port = authority.as_str().rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    let port = match authority.port_u16() {
        None if has_port => return None,
        port => port.unwrap_or(if scheme == "https" { 443 } else { 80 }),
    };
    Some(format!("{scheme}://{}:{port}", authority.host().to_ascii_lowercase()))
}

/// Whether it is on the public internet: neither this machine, nor its network, nor what a cloud tells its machines, nor reserved.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let refused =
        address.is_private() || address.is_loopback() || address.is_link_local() || address.is_documentation();
    let shared = a == 100 && (64..128).contains(&b);
    let special = (a, b, c) == (192, 0, 0) || (a, b, c) == (192, 88, 99) || a == 198 && (b == 18 || b == 19);
    // Alibaba's, which tells its machines of themselves, lies in `shared`; Azure's is in public space.
    let told = address == Ipv4Addr::new(168, 63, 129, 16);
    !(refused || shared || special || told || a == 0 || a >= 224)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, .., high, low] = address.segments();
    if first & 0xe000 != 0x2000 {
        return false; // Only 2000::/3 is given out; what carries version 4 in other ranges is refused with it.
    }
    let tunnel = first == 0x2002 || first == 0x2001 && second < 0x200;
    let documentation = first == 0x2001 && second == 0xdb8 || first == 0x3fff && second < 0x1000;
    // RFC 8781 lets networks choose a prefix of their own for version 4 in version 6: a private one at the end is taken as such.
    let inner = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let metadata = inner == Ipv4Addr::new(169, 254, 169, 254);
    !(tunnel || documentation || metadata)
}

/// Lets through the addresses that the policy allows.
#[derive(Debug)]
struct Guard {
    policy: Policy,
    names: DefaultResolver,
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        if !self.policy.allows(uri) {
            return Err(Error::HostNotFound);
        }
        let found = self.names.resolve(uri, config, timeout)?;
        // One that is refused condemns all: an answer of both kinds is made for those who try the next one.
        if found.iter().any(|address: &SocketAddr| !self.policy.allows_address(address.ip())) {
            return Err(Error::HostNotFound);
        }
        Ok(found)
    }
}

/// What asks, under a policy.
#[must_use]
pub fn agent(policy: Policy, connect: Duration, whole: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .timeout_connect(Some(connect))
        .timeout_global(Some(whole))
        .max_idle_connections(0)
        .build();
    Agent::with_parts(config, DefaultConnector::default(), Guard { policy, names: DefaultResolver::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    fn allowed(policy: &Policy, url: &str) -> bool {
        url.parse::<Uri>().is_ok_and(|uri| policy.allows(&uri))
    }

    #[test]
    fn inner_addresses_are_not_public() {
        let inner = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.9.9.9 168.63.129.16 169.254.169.254 172.16.0.1 \
            172.31.255.255 192.0.0.192 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 \
            :: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 2001:db8::1 \
            2001::1 2002:7f00:1::1 2001:1234::a9fe:a9fe 100::1";
        for text in inner.split_whitespace() {
            assert_eq!(text.parse().map(is_public), Ok(false), "{text}");
        }
        for text in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1"]
        {
            assert_eq!(text.parse().map(is_public), Ok(true), "{text}");
        }
    }

    #[test]
    fn a_policy_judges_the_address_first() {
        let only = Policy::Only("http://moodle:80".to_owned());
        assert_eq!(Policy::only("http://Moodle"), Ok(only.clone()));
        assert!(allowed(&only, "http://moodle/pluginfile.php/1?a=b") && allowed(&only, "http://MOODLE:80/"));
        for wrong in [
            "https://moodle/",
            "http://moodle:81/",
            "http://moodle.evil/",
            "http://a@moodle/",
            "http://moodle@evil/",
            "/x",
        ] {
            assert!(!allowed(&only, wrong), "{wrong}");
        }
        assert!(allowed(&Policy::Public, "https://example.org/a"));
        for wrong in
            ["http://example.org/", "https://example.org:8443/", "https://u:p@example.org/", "ftp://example.org/"]
        {
            assert!(!allowed(&Policy::Public, wrong), "{wrong}");
        }
        assert!(Policy::only("http://moodle/path").is_err() && Policy::only("file:///etc/passwd").is_err());
    }

    #[test]
    fn nothing_inner_is_connected_to_by_name_or_number() {
        let second = Duration::from_secs(1);
        let agent = agent(Policy::Public, second, second);
        let inner =
            ["https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/"];
        for url in inner.into_iter().chain(["https://169.254.169.254/latest/meta-data/", "https://[::ffff:127.0.0.1]/"])
        {
            let refused = matches!(agent.get(url).call(), Err(Error::HostNotFound | Error::Io(_) | Error::BadUri(_)));
            assert!(refused, "{url}");
        }
    }

    #[test]
    fn a_redirect_is_an_answer_and_not_followed() -> std::io::Result<()> {
        let server = TcpListener::bind("127.0.0.1:0")?;
        let port = server.local_addr()?.port();
        let thread = std::thread::spawn(move || -> std::io::Result<usize> {
            let (mut stream, _) = server.accept()?;
            let _ = stream.read(&mut [0; 1000])?;
            stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")?;
            Ok(1)
        });
        let policy = Policy::Only(format!("http://127.0.0.1:{port}"));
        let agent = agent(policy, Duration::from_secs(5), Duration::from_secs(5));
        let status = agent.get(format!("http://127.0.0.1:{port}/a")).call().map(|answer| answer.status().as_u16());
        assert_eq!(status.ok(), Some(302));
        assert!(thread.join().is_ok_and(|count| count.is_ok()));
        Ok(())
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "(https?://)?[a-z@:/\\[\\]0-9.%]{0,30}") {
            let _ = (Policy::only(&text), allowed(&Policy::Public, &text));
        }

        #[test]
        fn version_4_in_version_6_is_never_public(bits in any::<u32>()) {
            let inner = Ipv4Addr::from(bits);
            prop_assert!(!is_public(IpAddr::V6(inner.to_ipv6_mapped())));
            prop_assert!(!is_public(IpAddr::V6(inner.to_ipv6_compatible())));
        }
    }
}
