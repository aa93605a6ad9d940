"""What a Rust workspace is made of: `python3 rust/licences.py [FOLDER...]` reads `cargo metadata` of each (this one by itself).

It fails where a crate's licence is not allowed here, where a crate comes from elsewhere than crates.io, and where what is shipped
has one crate of security in several versions, of which one will be forgotten. Advisories it cannot see: their database (RustSec) is
not on this machine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "CDLA-Permissive-2.0",  # data: the certificates of webpki-roots
        "GPL-3.0-or-later",  # our own
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",  # holds file by file, and is compatible with the GPL
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
    }
)
# What decrypts, checks, or speaks to others.
SECURITY = re.compile(
    r"aes|aes256ctr_poly1305aes|aws-lc-.*|blake[23].*|chacha20.*|cipher|crypto-common|curve25519-.*|digest|ed25519.*|getrandom|hmac|http|httparse"
    r"|hyper|jsonwebtoken|md-5|native-tls|openssl|openssl-sys|pbkdf2|poly1305|rand|rand_core|reqwest|ring|rsa|rustls|rustls-webpki|scrypt|sha1|sha2"
    r"|subtle|universal-hash|ureq|url|webpki-roots|zeroize"
)
# One crate of security in several versions, and why that cannot be helped; an entry that covers nothing fails.
TWICE = {
    "cipher": "rustic_core's aes256ctr_poly1305aes is of RustCrypto's last generation",
    "crypto-common": "as cipher",
    "getrandom": "ring asks for 0.2, rand for 0.4; each only hands on the kernel's random bytes",
}
_WORDS = re.compile(r"\s*(\(|\)|/|[\w.+-]+)")


def allows(expression: str) -> bool:
    """Whether an SPDX expression, or an old `A/B` that means OR, can be met by licences that are allowed."""
    words = _WORDS.findall(expression)
    if "".join(words) != re.sub(r"\s", "", expression):
        return False
    try:
        met, rest = _any(words)
    except ValueError:
        return False
    return met and not rest


def _any(words: list[str]) -> tuple[bool, list[str]]:
    return _joined(words, ("OR", "/"), _all, any)


def _all(words: list[str]) -> tuple[bool, list[str]]:
    return _joined(words, ("AND",), _one, all)


def _joined(
    words: list[str],
    between: tuple[str, ...],
    part: Callable[[list[str]], tuple[bool, list[str]]],
    judge: Callable[[Iterable[bool]], bool],
) -> tuple[bool, list[str]]:
    met, rest = part(words)
    parts = [met]
    while rest and rest[0] in between:
        met, rest = part(rest[1:])
        parts.append(met)
    return judge(parts), rest


def _one(words: list[str]) -> tuple[bool, list[str]]:
    if words[:1] == ["("]:
        met, rest = _any(words[1:])
        if rest[:1] != [")"]:
            raise ValueError("a parenthesis is not closed")
        return met, rest[1:]
    if not words or words[0] in {"OR", "AND", "WITH", "/", ")"}:
        raise ValueError("a licence is missing")
    with_exception = words[1:2] == ["WITH"]
    name, rest = (" ".join(words[:3]), words[3:]) if with_exception else ("".join(words[:1]), words[1:])
    return name in ALLOWED, rest


def shipped(metadata: Mapping[str, Any]) -> set[str]:
    """The packages that our crates depend on to run, theirs too: not what only tests and builds need."""
    needs = {
        node["id"]: [each["pkg"] for each in node["deps"] if any(kind["kind"] is None for kind in each["dep_kinds"])]
        for node in metadata["resolve"]["nodes"]
    }
    found: set[str] = set()
    new = set(metadata["workspace_members"])
    while new:
        found |= new
        new = {package for one in new for package in needs[one]} - found
    return found


def problems(metadata: Mapping[str, Any], twice: Mapping[str, str]) -> list[str]:
    """What is not as it is to be, in words."""
    said, versions = [], defaultdict(set)
    running = shipped(metadata)
    for package in metadata["packages"]:
        name = f"{package['name']} {package['version']}"
        if not allows(package["license"] or ""):
            said.append(f"{name}: licence {package['license'] or 'none'} is not allowed here")
        if package["source"] not in (None, REGISTRY):
            said.append(f"{name}: it comes from {package['source']}")
        if package["id"] in running and SECURITY.fullmatch(package["name"]):
            versions[package["name"]].add(package["version"])
    several = {name: found for name, found in versions.items() if len(found) > 1}
    said += [
        f"{name}: in several versions, {', '.join(sorted(several[name]))}; `cargo tree -i {name}@VERSION` says whose"
        for name in sorted(several.keys() - twice)
    ]
    said += [
        f"{name}: is accepted in several versions and has one; remove it from TWICE"
        for name in sorted(twice.keys() - several)
    ]
    return said


def _read(folder: Path) -> dict[str, Any]:
    host = re.search(r"host: (.*)", _run("rustc", "-vV"))
    platform = [f"--filter-platform={host[1]}"] if host else []
    manifest = f"--manifest-path={folder / 'Cargo.toml'}"
    metadata = json.loads(_run("cargo", "metadata", "--format-version=1", "--locked", manifest, *platform))
    assert isinstance(metadata, dict)
    return metadata


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def main(arguments: list[str]) -> int:
    ours = Path(__file__).resolve().parent
    found = 0
    for folder in [Path(each).resolve() for each in arguments] or [ours]:
        metadata = _read(folder)
        said = problems(metadata, TWICE if folder == ours else {})
        print("\n".join([*said, f"{folder.name}: {len(metadata['packages'])} packages, {len(said)} problems"]))
        found += len(said)
    print(
        "advisories: not looked at, for RustSec's database cannot be fetched here; `cargo audit` does it where there is a network"
    )
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
