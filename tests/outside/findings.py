"""What checkers find, and what of it has a reason: pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

PLANTED = "planted"
"""The place of what every checker must object to, so that a checker which looks at nothing is noticed."""
KEYS = ("checker", "check", "object", "reason")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`object` is `Kind/name` without a generated hash or a path, `place` the tenant or the file, `words` the checker's own."""

    checker: str
    check: str
    object: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a check does not hold of the objects that a pattern names (`*` for any text; `|` between several patterns or checks).

    A check may be narrowed to one of its complaints: `check: words`.
    """

    checker: str
    check: str
    object: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        named = {finding.check, f"{finding.check}: {finding.words}"} & set(self.check.split("|"))
        objects = any(fnmatchcase(finding.object, pattern) for pattern in self.object.split("|"))
        return self.checker == finding.checker and bool(named) and objects

    def __str__(self) -> str:
        return f"{self.checker} {self.check} {self.object}"


def excuses_of(data: Iterable[Mapping[str, str]]) -> list[Excuse]:
    """The entries of exceptions.yaml; each says everything and gives its reason in a sentence."""
    found = list(data)
    for each in found:
        if tuple(each) != KEYS or len(each["reason"].split()) < 5:
            raise ValueError(f"an exception has {', '.join(KEYS)}, and a whole sentence for a reason: {dict(each)}")
    return [Excuse(**each) for each in found]


def of_fleet(findings: Iterable[Finding]) -> list[Finding]:
    """Without what was planted."""
    return [one for one in findings if one.place != PLANTED]


def saw_what_was_planted(findings: Iterable[Finding]) -> bool:
    """Whether the checker looks at anything at all."""
    return any(one.place == PLANTED for one in findings)


def unexplained(findings: Iterable[Finding], excuses: Sequence[Excuse]) -> list[Finding]:
    """The findings that no exception covers, each once."""
    return sorted({one for one in findings if not any(excuse.covers(one) for excuse in excuses)})


def idle(findings: Sequence[Finding], excuses: Iterable[Excuse]) -> list[Excuse]:
    """The exceptions that cover nothing: the reason has gone, or the pattern is wrong."""
    return [excuse for excuse in excuses if not any(excuse.covers(finding) for finding in findings)]


def grouped(findings: Iterable[Finding]) -> Iterator[str]:
    """Findings for people: each check once, with its objects and how many places each is in."""
    checks: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        checks[finding.checker, finding.check, finding.words].append(finding)
    for (checker, check, words), found in sorted(checks.items()):
        yield f"{checker} {check}: {words}"
        for name, count in sorted(Counter(finding.object for finding in found).items()):
            first = min(finding.place for finding in found if finding.object == name)
            yield f"    {name}  in {first}" + (f" and {count - 1} more" if count > 1 else "")
