"""Tests the HTML pages in a real Chromium: installs what is missing where it can, writes the pages, starts Node's test runner."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGES = ROOT / ".build" / "pages"
NODE = (20, 0)
DEBIAN = ("chromium", "fonts-dejavu-core")  # without a font the pictures show boxes


def chromium() -> str | None:
    """The browser: the one that CHROMIUM names, else Debian's, which root may have installed here and now."""
    named = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not named and os.geteuid() == 0 and shutil.which("apt-get"):
        print("pages: installing chromium with apt-get", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *DEBIAN]):
            subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
        named = shutil.which("chromium")
    return named


def node_version() -> tuple[int, ...]:
    """Of the Node.js on the PATH; () where there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        return ()
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2])


def install() -> None:
    """The locked packages, again when the lock has changed."""
    lock, stamp = HERE / "package-lock.json", HERE / "node_modules" / ".stamp"
    if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", "ci", *quiet], cwd=HERE, check=True)
        stamp.write_bytes(lock.read_bytes())


def main() -> int:
    browser, version = chromium(), node_version()
    if browser is None or version < NODE:
        lacks = "Chromium" if browser is None else f"Node.js {NODE[0]} or newer with npm"
        print(f"pages: THIS MACHINE LACKS {lacks}; NOTHING OF tests/pages HAS RUN", file=sys.stderr)
        return int(os.environ.get("CI") == "true")
    install()
    subprocess.run([sys.executable, "-m", "tests.pages.review", str(PAGES)], cwd=ROOT, check=True)
    tests = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    runner = ["node", "--test", "--test-concurrency=2", "--test-reporter=spec", *tests]
    done = subprocess.run(runner, cwd=HERE, env={**os.environ, "CHROMIUM": browser}, check=False)
    print(f"pages: pictures are in {PAGES.relative_to(ROOT)}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
