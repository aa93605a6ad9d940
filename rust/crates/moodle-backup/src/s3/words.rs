//! What a store answers, in XML: a page of a listing, or why it refuses.

use roxmltree::{Document, Node};
use rustic_core::jiff::Timestamp;

/// One object of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What follows the last stroke of its key.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, if the store says so.
    pub written: Option<Timestamp>,
}

/// One page of a listing.
#[derive(Debug, Default)]
pub struct Page {
    /// Its objects.
    pub objects: Vec<Object>,
    /// What the next page is asked for with; none where this is the last.
    pub next: Option<String>,
}

impl Page {
    /// Read the answer to `ListObjectsV2`.
    ///
    /// # Errors
    /// Where it is none, or says that more is to come and not how to ask for it.
    pub fn of(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|_| "the listing is no text".to_owned())?;
        let document = Document::parse(text).map_err(|error| format!("the listing is no XML: {error}"))?;
        let root = document.root_element();
        if root.tag_name().name() != "ListBucketResult" {
            return Err("the listing is something else".to_owned());
        }
        let objects = root.children().filter(|node| node.tag_name().name() == "Contents").map(object);
        let next = child(root, "NextContinuationToken").map(str::to_owned);
        match (child(root, "IsTruncated"), &next) {
            (Some("true"), None) => Err("the listing has no end".to_owned()),
            (Some("true"), Some(_)) => Ok(Self { objects: objects.collect::<Result<_, _>>()?, next }),
            _ => Ok(Self { objects: objects.collect::<Result<_, _>>()?, next: None }),
        }
    }
}

fn object(node: Node<'_, '_>) -> Result<Object, String> {
    let key = child(node, "Key").ok_or("an object has no key")?;
    let size = child(node, "Size").and_then(|size| size.parse().ok()).ok_or("an object has no size")?;
    let written = child(node, "LastModified").and_then(|time| time.parse().ok());
    Ok(Object { name: key.rsplit('/').next().unwrap_or(key).to_owned(), size, written })
}

fn child<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children().find(|each| each.tag_name().name() == name).and_then(|each| each.text())
}

/// Why a store refuses.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Its word for it, as `NoSuchBucket`; nothing where it says none.
    pub code: String,
    /// The region it wants.
    pub region: Option<String>,
}

impl Refusal {
    /// Read what an error's answer holds, if that is anything.
    pub fn of(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let Ok(document) = Document::parse(&text) else { return Self::default() };
        let word = |name| child(document.root_element(), name).filter(|word| is_word(word)).map(str::to_owned);
        Self { code: word("Code").unwrap_or_default(), region: word("Region") }
    }
}

/// A store's own words may repeat what was sent: of them only names are said again.
fn is_word(text: &str) -> bool {
    text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_names_its_objects_and_the_next() {
        let text = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
            <IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken><Contents>\
            <Key>p/data/ab/abcd</Key><LastModified>2026-11-22T03:00:00.000Z</LastModified><Size>17</Size></Contents></ListBucketResult>";
        let page = Page::of(text.as_bytes()).unwrap_or_default();
        assert_eq!(page.next.as_deref(), Some("a&b="));
        let written = "2026-11-22T03:00:00Z".parse().ok();
        assert_eq!(page.objects, [Object { name: "abcd".to_owned(), size: 17, written }]);
        let last = text.replace("true", "false");
        assert!(Page::of(last.as_bytes()).is_ok_and(|page| page.next.is_none()));
        let endless = text.replace("NextContinuationToken", "Other");
        assert!(Page::of(endless.as_bytes()).is_err());
    }

    #[test]
    fn a_refusal_is_a_word() {
        let text = b"<Error><Code>NoSuchBucket</Code><Message>x</Message><Region>eu-west-1</Region></Error>";
        let region = Some("eu-west-1".to_owned());
        assert_eq!(Refusal::of(text), Refusal { code: "NoSuchBucket".to_owned(), region });
        assert_eq!(Refusal::of(b"<html><body>Bad gateway"), Refusal::default());
        assert_eq!(Refusal::of(b"<Error><Code>key AKIA: no</Code></Error>"), Refusal::default());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (Page::of(&bytes), Refusal::of(&bytes));
        }

        #[test]
        fn any_xml_is_read_or_refused(text in "(<(ListBucketResult|Contents|Key|Size|/Key|/Contents)>|[a-z0-9&;]){0,12}") {
            let _ = (Page::of(text.as_bytes()), Refusal::of(text.as_bytes()));
        }
    }
}
