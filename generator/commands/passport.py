"""`quad passport`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import rich_click as click

from generator import schema as schemas
from generator.diagnostics import Diagnostic, ToolError
from generator.edit import write_new, write_over
from generator.model import Catalogue, Repository
from generator.report.printable import printable
from generator.schema_errors import located_in, schema_problems
from generator.source import Document, dump, parse
from generator.terminal import print_diagnostics, print_state, repository, usable
from generator.upgrade.classes import class_of
from generator.upgrade.passport import Passport, passport_of, passports_of

_INHERITED = ("ceilings", "support")
"""What no image knows of itself; releases of one branch have it in common."""


@click.group("passport")
def command() -> None:
    """Take in the passports of releases' images.

    \b
    Examples:
      quad passport import passport.json --image registry.example.edu/moodle:5.3.0@sha256:...
      quad passport import passport.json --dry-run
    """


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--image", metavar="REPOSITORY:TAG@DIGEST", help="The image, where FILE does not name it.")
@click.option("--replace", "again", is_flag=True, help="Also where the release has another passport already.")
@click.option("--dry-run", is_flag=True, help="Say what the release would be; write nothing.")
@click.pass_context
def import_(context: click.Context, file: Path, image: str | None, again: bool, dry_run: bool) -> int:
    """Write overlays/releases/<version>.yaml from FILE, which images/moodle/passport.php makes when an image is built.

    What an image does not know of itself (`ceilings`, `support`) is taken from the newest release of the same branch. A release
    that has a passport already keeps it: all its tenants would get the other image at once.

    \b
    Examples:
      quad passport import passport.json --image registry.example.edu/moodle:5.3.1@sha256:...
      quad passport import passport.json --dry-run
    """
    root = repository(context)
    loaded = usable(root)
    data = _data(file, image, loaded)
    passport = passport_of(data)
    path, raw = root / "overlays" / "releases" / f"{passport.name}.yaml", dump(data)
    for line in _classes(loaded, passport):
        click.echo(printable(line))
    if passport.name in loaded.catalogue.releases and path.read_bytes() != raw:
        _refuse_another(loaded.catalogue, passport, again)
    elif passport.name in loaded.catalogue.releases or dry_run:
        print_state([], "nothing was written" if dry_run else "it is there already; nothing was written")
        return 0
    if dry_run:
        print_state([], "nothing was written")
        return 0
    _write(path, raw)
    print_state(
        [], f"wrote {path.relative_to(root)}; next: `quad schema`, then `quad upgrade --to {passport.name} --plan`"
    )
    return 0


def _write(path: Path, raw: bytes) -> None:
    if path.exists():
        write_over(path, path.read_bytes(), raw)
    else:
        write_new(path, raw)


def _data(file: Path, image: str | None, loaded: Repository) -> Mapping[str, Any]:
    """The passport, whole and valid; else its problems are printed and the run ends."""
    try:
        document, problems = parse(file.name, file.read_bytes())
    except OSError as error:
        raise ToolError(f"cannot read {file.name}: {error.strerror}") from error
    if document is not None and isinstance(document.data, Mapping):
        document = Document(document.path, _completed(document.data, image, loaded.catalogue), document.places)
    if document is not None:
        form = schemas.inline(loaded.schemas["release.yaml"].data)
        problems = schema_problems(document.data, form, located_in(document), "the passport")
    if problems or document is None:
        _end(problems)
    data: Mapping[str, Any] = document.data
    return data


def _end(problems: list[Diagnostic]) -> NoReturn:
    print_diagnostics(problems, "text")
    print_state(problems, "nothing was written")
    raise SystemExit(1)


def _completed(data: Mapping[str, Any], image: str | None, catalogue: Catalogue) -> dict[str, Any]:
    known = sorted(passports_of(catalogue).values(), key=lambda passport: passport.version)
    alike = [passport.name for passport in known if str(passport.branch) == data.get("branch")]
    above = catalogue.releases[alike[-1]].data if alike else {}
    inherited = {field: above[field] for field in _INHERITED if field in above}
    return {**inherited, **data, **({"image": image} if image else {})}


def _classes(loaded: Repository, passport: Passport) -> list[str]:
    """The class of the way from each release that is there."""
    found = []
    for old in sorted(passports_of(loaded.catalogue).values(), key=lambda one: one.version):
        way = class_of(old, passport)
        reasons = f": {way.reasons[0]}" if way.reasons else ""
        found.append(f"{old.name} -> {passport.name}: {way.letter or 'nothing changes'}{reasons}")
    return found


def _refuse_another(catalogue: Catalogue, passport: Passport, again: bool) -> None:
    before = passport_of(catalogue.releases[passport.name].data)
    found = class_of(before, passport)
    if found.letter == "N":
        raise click.UsageError(f"{found.reasons[0]}; Moodle never goes back: give the image a newer version")
    if not again:
        reason = f" ({found.letter}: {found.reasons[0]})" if found.reasons else ""
        raise click.UsageError(
            f"{passport.name} has another passport already{reason}; all its tenants would get this image at once."
            " Give the image a newer version, or say --replace"
        )
