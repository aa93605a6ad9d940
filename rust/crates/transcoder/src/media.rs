//! What learners fetch: playlists, whose addresses carry the signature on, and ranges of files.

use std::io::SeekFrom;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use service_frame::problem::Problem;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::address::with_query;

const MOST_PLAYLIST: u64 = 4 << 20;
/// What a client holds of our memory.
const PIECE: usize = 32 << 10;

/// Whether it is a name that we make.
#[must_use]
pub fn is_part(name: &str) -> bool {
    is_playlist(name) || ["240p.mp4", "480p.mp4", "720p.mp4"].contains(&name)
}

/// Whether it is a playlist of ours.
#[must_use]
pub fn is_playlist(name: &str) -> bool {
    ["master.m3u8", "240p.m3u8", "480p.m3u8", "720p.m3u8"].contains(&name)
}

/// A playlist.
///
/// # Errors
/// Where there is none.
pub async fn playlist(file: &Path, query: &str) -> Result<Response, Problem> {
    let found = File::open(file).await.map_err(|_| Problem::unknown())?;
    let mut text = String::new();
    found.take(MOST_PLAYLIST).read_to_string(&mut text).await.map_err(|_| Problem::unknown())?;
    let headers =
        [(header::CONTENT_TYPE, "application/vnd.apple.mpegurl"), (header::CACHE_CONTROL, "private, max-age=60")];
    Ok((headers, with_query(&text, query)).into_response())
}

/// The range of a file that is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    Part(u64, u64),
    Outside,
}

impl Range {
    /// One range; what is several or none of bytes is passed over, as RFC 9110 lets us.
    fn of(text: &str, length: u64) -> Self {
        let Some(range) = text.strip_prefix("bytes=").filter(|range| !range.contains(',')) else { return Self::Whole };
        let Some((first, last)) = range.split_once('-') else { return Self::Whole };
        match (number(first), number(last)) {
            (Some(first), _) if first >= length => Self::Outside,
            (Some(first), Some(last)) if last >= first => Self::Part(first, last.min(length - 1)),
            (Some(first), None) if last.is_empty() => Self::Part(first, length - 1),
            (None, Some(0)) if first.is_empty() => Self::Outside,
            (None, Some(count)) if first.is_empty() && length > 0 => {
                Self::Part(length.saturating_sub(count), length - 1)
            }
            _ => Self::Whole,
        }
    }
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A file or a range of it, read as fast as the client takes it.
///
/// # Errors
/// Where there is none, or the range lies outside.
pub async fn file(path: &Path, asked: &HeaderMap) -> Result<Response, Problem> {
    let gone = |_| Problem::unknown();
    let mut file = File::open(path).await.map_err(gone)?;
    let length = file.metadata().await.map_err(gone)?.len();
    let header = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // Who asks on condition is given all: our names never stand for two contents, but nothing here says so.
    let range = header(header::RANGE).filter(|_| !asked.contains_key(header::IF_RANGE));
    let (status, first, count) = match range.map_or(Range::Whole, |text| Range::of(text, length)) {
        Range::Whole => (StatusCode::OK, 0, length),
        Range::Part(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Range::Outside => return Ok(outside(length)),
    };
    file.seek(SeekFrom::Start(first)).await.map_err(gone)?;
    let mut response = Response::new(Body::from_stream(pieces(file, count)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {first}-{}/{length}", first + count - 1);
        headers.extend(HeaderValue::from_str(&text).map(|value| (header::CONTENT_RANGE, value)));
    }
    Ok(response)
}

fn outside(length: u64) -> Response {
    let mut response = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "the file is shorter").into_response();
    let value = HeaderValue::from_str(&format!("bytes */{length}"));
    response.headers_mut().extend(value.map(|value| (header::CONTENT_RANGE, value)));
    response
}

fn pieces(file: File, count: u64) -> impl stream::Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file.take(count), |mut file| async move {
        let mut piece = BytesMut::with_capacity(PIECE.min(usize::try_from(file.limit()).unwrap_or(PIECE)).max(1));
        let read = file.read_buf(&mut piece).await?;
        Ok((read > 0).then(|| (piece.freeze(), file)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_has_them() {
        let cases = [
            ("bytes=0-9", Range::Part(0, 9)),
            ("bytes=90-", Range::Part(90, 99)),
            ("bytes=90-500", Range::Part(90, 99)),
            ("bytes=-10", Range::Part(90, 99)),
            ("bytes=-500", Range::Part(0, 99)),
            ("bytes=100-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=5-4", Range::Whole),
            ("bytes=0-1,5-6", Range::Whole),
            ("items=0-1", Range::Whole),
            ("bytes=+1-2", Range::Whole),
        ];
        for (text, wanted) in cases {
            assert_eq!(Range::of(text, 100), wanted, "{text}");
        }
        assert_eq!(Range::of("bytes=0-", 0), Range::Outside);
    }

    proptest! {
        #[test]
        fn a_range_lies_in_the_file(text in "(bytes=)?[0-9]{0,21}-?[0-9]{0,21}", length in any::<u64>()) {
            if let Range::Part(first, last) = Range::of(&text, length) {
                prop_assert!(first <= last && last < length);
            }
        }
    }
}
