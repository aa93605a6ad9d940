"""The transcoder with real ffmpeg: what it makes, whom it lets in, and what it refuses."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import eventually, need
from tests.services.asking import TOKEN, ask, bearer
from tests.services.films import HOST, Transcoder, film
from tests.services.test_worker import peak

CLIENTS = int(os.environ.get("QUAD_CLIENTS", "100"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    need("ffmpeg", "prlimit")
    return film(tmp_path_factory.mktemp("film") / "small.mp4")


@pytest.fixture
def transcoder(tmp_path: Path) -> Iterator[Transcoder]:
    need("ffmpeg", "prlimit")
    with Transcoder(tmp_path).run() as found:
        yield found


def probe(content: bytes) -> dict[str, object]:
    shown = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,height", "-of", "json", "-"]
    done = subprocess.run(shown, input=content, capture_output=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_film_is_hls_in_ranges_of_fragmented_mp4(transcoder: Transcoder, tmp_path: Path) -> None:
    name = transcoder.make(film(tmp_path / "large.mp4", 13, "854x480"))
    assert transcoder.state(name) == {"id": name, "state": "done", "error": None}
    query = transcoder.query(name)
    master = transcoder.get(name, "master.m3u8", query)[2].decode()
    assert re.findall(r"^\w.*$", master, re.MULTILINE) == [f"240p.m3u8?{query}", f"480p.m3u8?{query}"]
    playlist = transcoder.get(name, "480p.m3u8", query)[2].decode()
    assert f'#EXT-X-MAP:URI="480p.mp4?{query}"' in playlist
    ranges = [tuple(map(int, each)) for each in re.findall(r"BYTERANGE[:=]\"?(\d+)@(\d+)", playlist)]
    assert len(ranges) == 4  # what all parts need, and three parts of 13 seconds
    whole = b""
    for length, start in ranges:
        asked = {"range": f"bytes={start}-{start + length - 1}"}
        status, headers, content = transcoder.get(name, "480p.mp4", query, **asked)
        assert (status, len(content)) == (206, length)
        assert headers["content-range"].startswith(f"bytes {start}-{start + length - 1}/")
        whole += content
    assert {"codec_name": "h264", "height": 480} in probe(whole)["streams"]  # type: ignore[operator]
    assert transcoder.get(name, "480p.mp4", query)[2].startswith(whole[:100])
    assert transcoder.asked == [(HOST, "/pluginfile.php/1/mod_resource/content/0/film.mp4")]
    assert transcoder.left() == []


def test_ranges_outside_are_refused_and_a_head_has_no_body(transcoder: Transcoder, small: bytes) -> None:
    name = transcoder.make(small)
    status, headers, _ = transcoder.get(name, "240p.mp4", range="bytes=99999999-")
    assert (status, headers["content-range"][:8]) == (416, "bytes */")
    status, headers, body = ask(transcoder.port, "HEAD", f"/media/{name}/240p.mp4?{transcoder.query(name)}")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) == len(transcoder.get(name, "240p.mp4")[2])


def test_an_address_is_good_for_its_video_and_its_time(transcoder: Transcoder, small: bytes) -> None:
    name = transcoder.make(small)
    assert transcoder.get(name, "master.m3u8", transcoder.query(name, TOKEN[::-1]))[0] == 200
    refused = [
        "",
        "e=1",
        transcoder.query(name, "x" * 36),
        transcoder.query(name, end=1000),
        transcoder.query(name, end=99_999_999_999),
        transcoder.query("a" * 40),
        transcoder.query(name) + "0",
        transcoder.query(name) + "&x=1",
        transcoder.query(name) + "&source=/pluginfile.php/1/x",
    ]
    for query in refused:
        for part in ("master.m3u8", "240p.mp4", "live.mp4"):
            assert transcoder.get(name, part, query)[0] == 403, query
    for part in ("used", "../keys", "%2e%2e%2fkeys", "720p.mp4", "master.m3u8%00", "x.mp4"):
        assert transcoder.get(name, part)[0] == 404, part


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": f"Bearer {TOKEN}"}, {"authorization": f"Bearer {bearer('worker')}"}]
)
def test_moodles_routes_want_a_token(transcoder: Transcoder, headers: dict[str, str]) -> None:
    for method, path in (
        ("POST", "/videos"),
        ("GET", f"/videos/{'a' * 40}"),
        ("DELETE", f"/videos/{'a' * 40}"),
        ("GET", "/metrics"),
    ):
        assert ask(transcoder.port, method, path, b"{}", headers)[0] == 401, path


SOURCES = [
    "http://169.254.169.254/latest/meta-data/",
    "//evil.example/pluginfile.php/1",
    "@evil.example/pluginfile.php/1",
    "file:///etc/passwd",
    "/pluginfile.php/../config.php",
    "/pluginfile.php/%2e%2e/config.php",
    "/login/index.php",
    "/pluginfile.php/1\r\nHost: evil.example",
]


def test_no_other_address_is_fetched(transcoder: Transcoder) -> None:
    for source in SOURCES:
        status, headers, _ = transcoder.ask("POST", "/videos", {"id": "a" * 40, "source": source})
        assert (status, headers["content-type"]) == (400, "application/problem+json"), source
    assert transcoder.ask("POST", "/videos", {"id": "../../etc", "source": "/pluginfile.php/1"})[0] == 400
    assert transcoder.asked == []
    transcoder.moved = "http://169.254.169.254/"
    name = transcoder.make(b"x")
    assert transcoder.state(name)["error"] == "the site says 302 for the original"
    assert len(transcoder.asked) == 1


def hostile(folder: Path) -> dict[str, bytes]:
    """What is sent as a film."""
    secret = folder / "secret"
    secret.write_text("secret")
    list_of = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    film(folder / "cut.mp4")
    (folder / "sound.mp4").write_bytes(b"")
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "sine",
            "-t",
            "2",
            "-c:a",
            "aac",
            str(folder / "sound.mp4"),
        ],
        check=True,
    )
    return {
        "nothing": b"",
        "no film": os.urandom(5000),
        "a playlist of a file": list_of.encode(),
        "a playlist of an address": list_of.replace(f"file://{secret}", "http://127.0.0.1:1/x.ts").encode(),
        "a concatenation": f"ffconcat version 1.0\nfile {secret}\n".encode(),
        "a manifest": b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file:///etc/</BaseURL></MPD>',
        "a picture": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "half a film": (folder / "cut.mp4").read_bytes()[:3000],
        "sound alone": (folder / "sound.mp4").read_bytes(),
        "more than 20 MB": bytes(21_000_000),
    }


def test_hostile_films_are_refused_and_leave_nothing(transcoder: Transcoder, tmp_path: Path, small: bytes) -> None:
    for what, content in hostile(tmp_path).items():
        name = transcoder.make(content)
        found = transcoder.state(name)
        assert found["state"] == "refused", what
        assert "secret" not in found["error"], what
        assert transcoder.get(name, "master.m3u8")[0] == 404, what
    assert transcoder.left() == []
    assert transcoder.children() == []
    assert transcoder.state(transcoder.make(small))["state"] == "done"  # and it works as before


def test_a_file_that_was_replaced_is_not_shown_under_the_name_of_the_other(
    transcoder: Transcoder, tmp_path: Path, small: bytes
) -> None:
    name, source = transcoder.add(small)
    transcoder.files[source] = film(tmp_path / "other.mp4", 2)
    assert transcoder.ask("POST", "/videos", {"id": name, "source": source})[0] == 202
    eventually("it is refused", lambda: transcoder.state(name)["state"] == "refused")
    with live(transcoder, name, source) as answer:
        assert answer.status == 400
    assert transcoder.left() == []


def test_a_film_that_is_too_long_is_refused(tmp_path: Path) -> None:
    need("ffmpeg", "prlimit")
    long = film(tmp_path / "long.mp4", 61, "64x36")
    with Transcoder(tmp_path).run(TRANSCODER_MOST_MINUTES="1") as transcoder:
        assert transcoder.state(transcoder.make(long))["error"] == "it is longer than 1 minutes"


def test_a_film_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    need("ffmpeg", "prlimit")
    large = film(tmp_path / "large.mp4", 1, "4096x2160")
    with Transcoder(tmp_path).run(TRANSCODER_MEMORY_MEGABYTES="200") as transcoder:
        assert transcoder.state(transcoder.make(large))["state"] == "refused"


def test_one_that_nobody_wants_is_ended_with_its_files(transcoder: Transcoder, tmp_path: Path) -> None:
    name, source = transcoder.add(film(tmp_path / "long.mp4", 300, "640x360"))
    assert transcoder.ask("POST", "/videos", {"id": name, "source": source})[0] == 202
    eventually("ffmpeg works", lambda: bool([*(transcoder.folder / "cache").glob(".making*/*.mp4")]))
    assert transcoder.ask("POST", "/videos", {"id": name, "source": source})[0] == 202
    assert transcoder.ask("DELETE", f"/videos/{name}")[0] == 204
    eventually("ffmpeg is gone", lambda: transcoder.children() == [] and transcoder.left() == [])
    assert transcoder.ask("GET", f"/videos/{name}")[0] == 404
    assert len(transcoder.asked) == 1


def live(transcoder: Transcoder, name: str, source: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", transcoder.port, timeout=60)
    query = transcoder.query(name, source=source)
    connection.request("GET", f"/media/{name}/live.mp4?{query}&source={source}", headers={"connection": "close"})
    return connection.getresponse()


def test_a_film_can_be_watched_while_it_is_made(transcoder: Transcoder, small: bytes) -> None:
    name, source = transcoder.add(small)
    with live(transcoder, name, source) as answer:
        assert answer.status == 200
        content = answer.read()
    assert {"codec_name": "h264", "height": 240} in probe(content)["streams"]  # type: ignore[operator]
    assert transcoder.left() == []


def test_ffmpeg_ends_with_the_client_that_goes(transcoder: Transcoder, tmp_path: Path) -> None:
    name, source = transcoder.add(film(tmp_path / "long.mp4", 300, "640x360"))
    with live(transcoder, name, source) as answer:
        assert answer.read(4)
        assert len(transcoder.children()) == 1
        with live(transcoder, name, source) as other:
            assert other.status == 503  # one at a time
    eventually("ffmpeg is gone", lambda: transcoder.children() == [] and transcoder.left() == [])


def test_the_oldest_films_make_room(tmp_path: Path) -> None:
    need("ffmpeg", "prlimit")
    films = [film(tmp_path / f"{number}.mp4", 8, f"{300 + 2 * number}x170") for number in range(4)]
    with Transcoder(tmp_path).run(TRANSCODER_CACHE_SIZE="1Mi") as transcoder:
        names = [transcoder.make(each) for each in films]
        assert transcoder.state(names[-1])["state"] == "done"
        kept = [each for each in (tmp_path / "cache").iterdir() if each.is_dir()]
        assert 0 < len(kept) < len(films)
        assert sum(file.stat().st_size for each in kept for file in each.iterdir()) <= 1 << 20


def test_many_clients_at_once_in_bounded_memory(transcoder: Transcoder, tmp_path: Path) -> None:
    name = transcoder.make(film(tmp_path / "shared.mp4", 20, "854x480"))
    assert transcoder.running
    before = peak(transcoder.running.pid)
    command = [sys.executable, str(Path(__file__).with_name("watch.py"))]
    done = subprocess.run(
        [*command, str(transcoder.port), name, transcoder.query(name), str(CLIENTS)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    after = peak(transcoder.running.pid)
    print(
        f"\n{CLIENTS} clients, {found['bytes'] // 1_000_000} MB, {found['together']} connections at once, {before} to {after} MiB"
    )
    assert found["wrong"] == []
    assert found["together"] == CLIENTS
    assert after < 100 + CLIENTS // 5
