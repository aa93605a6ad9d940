"""Texts that a YAML emitter may get wrong: seeded, so that a failure can be repeated."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

_WORDS = r"""
y Y yes Yes YES yEs n N no No NO nO true True TRUE tRue false False FALSE on On ON oN off Off OFF null Null
NULL nUll ~ << = .nan .NaN .NAN .inf .Inf .INF +.inf -.Inf nan inf Infinity +Infinity 0x 0b 0o 0b-1 0b+1 -0b1
-0b-1 0B1 0X1f 0O7 08 0_8 1__2 _1 + - . .. +. -. 1. .5 -.5e3 .5_0 1e3 1e999 .1e999 -1e999 1e-999 1E+3 0x1p3
1:30 12:30:45 1:60 1:30.5 1_0:30 -1:2 190:20:30.15 :1 1: 0777 0899 9223372036854775807 9223372036854775808
-9223372036854775808 -9223372036854775809 +9223372036854775808 18446744073709551615 18446744073709551616
0xFFFFFFFFFFFFFFFF 0x10000000000000000 -0x8000000000000000 2001-1-1 2001-02-29 2000-02-29 0000-02-29
1900-02-29 2001-13-01 2001-12-32 2001-12-14t21:59:43.10-05:00 2001-12-14T21:59:43Z 2001-12-14T21:59:43,5Z
2001-12-14T24:00:00Z 2001-12-14T1:2:3+24:60 2001-12-14T1:2:3+25:00 2001-12-14T1:2:3z 2001-12-14T1:2:3
20011-1-1 2001-1-1Z - -- --- ---a ... ...a ....a -a ?a :a ?: a: :: a:b #a a#b 10Gi 5m 10.0.0.1 1.36.0 1h30m
0.5 1.2.3- --flag=x -v @a `a %a !a !!str &a *a |a >a 'a' "a" [a] {a} ,a a, a'b \ \n a\b
"""
WORDS = tuple(_WORDS.split())
SPACED = (
    *(
        "",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\n\n\n",
        " \n",
        "\n ",
        "\n a",
        "a\n",
        "a\n\n",
        "a\n\n\n",
        "a \nb",
        "a\n b",
        " a\nb",
        "a\nb ",
        "\na",
        "\n\na",
    ),
    *(
        "a\n\nb",
        "\ta",
        "a\t",
        "a\tb",
        "a: b",
        "a :b",
        "a:\nb",
        "a #b",
        "a# b",
        "# a",
        "- a",
        "-\ta",
        "? a",
        ": a",
        "a b",
        "a  b",
        "0 3 * * *",
    ),
    *(
        "*/5 * * * *",
        "2001-12-14 21:59:43.10",
        "2001-12-14   1:2:3",
        "2001-12-14 ",
        "2001-12-14 1:2:3 ",
        "2001-12-14 21:59:43.10 -5",
        "1 2",
        "\r",
    ),
    *(
        "a\r\nb",
        "\0",
        "a\0 #b",
        "\x1b[31m",
        "  leading\n  twice\nthen not",
        "--- a",
        "... a",
        "---\na",
        "...\na",
        "a\n---\nb",
        "a\n...\nb",
        "%YAML 1.1",
    ),
    *(
        "\ta\nb",
        "\t\n",
        "a\n\tb",
        "\n\tb",
        "1" * 5000,
        "a" * 200,
        "a " * 100 + "a",
        "a  " * 60 + "a",
        "'" * 90,
        '"' * 90,
        "x: " + "y " * 60 + "z",
        "\\ " * 60,
        "é " * 60 + "é",
    ),
)
PIECES = (
    *WORDS,
    *(
        "é",
        "ß",
        "日本",
        "e\u0301",
        "\xa0",
        "\u200b",
        "\u200d",
        "\u202e",
        "\xad",
        "\ufffd",
        "\ue000",
        "\ud7ff",
        "😀",
        "\U0001d4b3",
        "\U0001f1e9\U0001f1ea",
    ),
)
ODD = ("\x7f", "\x80", "\x85", "\x9f", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff")
INDICATORS = "-?:,[]{}#&*!|>'\"%@` =<~"
NUMERIC = "0123456789_:.+-eExXoObB TZt,"
CONTROLS = "".join(map(chr, range(32)))


def _from(alphabet: str, most: int) -> Callable[[random.Random], str]:
    return lambda r: "".join(r.choices(alphabet, k=r.randint(0, most)))


def _pieces(r: random.Random) -> str:
    return "".join(
        r.choice(PIECES) + r.choice(("", "", " ", "\n", "\t", ":", ": ", " #")) for _ in range(r.randint(1, 6))
    )


def _edges(r: random.Random) -> str:
    edge = ("", "", " ", "  ", "\n", "\n\n", "\n ", " \n", "\t", "'", '"', "-", "#")
    return r.choice(edge) + r.choice(PIECES) + r.choice((*edge, ":", ": "))


def _long(r: random.Random) -> str:
    """Words of every length with single and double blanks, some with what asks for quotes: folding, at every column."""
    blanks = r.choice(((" ",), (" ",), (" ", " ", "  "), ("  ", "   ")))
    letters = r.choice(("abc", "abc", "aé", "a'", 'a"', "a\\", "a😀", "a:", "a#", "0", "a\t"))
    words = ("".join(r.choices(letters, k=r.randint(1, r.choice((3, 12, 90))))) for _ in range(r.randint(8, 60)))
    edge = r.choice(("", "", "", "", " ", "'", '"', "- ", "true "))
    return (
        edge + "".join(word + r.choice(blanks) for word in words).rstrip(" ") + r.choice(("", "", "", " ", "  ", ":"))
    )


def _lines(r: random.Random) -> str:
    line = (
        "",
        "",
        " ",
        "a",
        " a",
        "  b",
        "a b " * 30 + "a",
        "é",
        "- x",
        "# y",
        "a: b",
        "---",
        "日本",
        "😀",
        "\ta",
        "a\\",
    )
    return "\n".join(r.choice(line[: r.choice((2, 6, len(line)))]) for _ in range(r.randint(1, 7)))


def _number(r: random.Random) -> str:
    digits = r.choice(("01", "01234567", "0123456789", "0123456789abcdefABCDEF", "0123456789_"))
    head = r.choice(("", "", "+", "-")) + r.choice(("", "", "0x", "0b", "0o", "0", ".", "0b-"))
    tail = r.choice(("", "", ".", ".5", "e5", "e+308", "e309", ":30", ":59.", ":60", "_", "Gi"))
    return head + "".join(r.choices(digits, k=r.choice((1, 3, 16, 19, 20, 64)))) + tail


def _date(r: random.Random) -> str:
    def number(*some: int) -> str:
        return r.choice(("{}", "{:02}")).format(r.choice(some))

    day = (
        f"{r.choice((0, 1, 1900, 2000, 2023, 2024)):04}-{number(0, 1, 2, 4, 12, 13)}-{number(0, 1, 28, 29, 30, 31, 32)}"
    )
    clock = f"{number(0, 9, 23, 24)}:{number(0, 59, 60)}:{number(0, 59, 60)}" + r.choice(
        ("", "", ".5", ",123456789012", ".")
    )
    zone = r.choice(("Z", "z", "", "+01:00", "-24:60", "+25:00", "+1:00", "+0100"))
    return day + r.choice(("", r.choice("Tt ") + clock + zone, "  " + clock, " " + clock))


def _characters(r: random.Random) -> str:
    planes = (
        range(0x20, 0x7F),
        range(0xA0, 0x2028),
        range(0x3000, 0xD800),
        range(0xE000, 0xFEFF),
        range(0x10000, 0x110000),
    )
    return "".join(chr(r.choice(r.choice(planes))) for _ in range(r.randint(1, 12)))


def _odd(r: random.Random) -> str:
    return _pieces(r) + r.choice(ODD) + _edges(r)


MAKERS: tuple[Callable[[random.Random], str], ...] = (
    lambda r: r.choice(WORDS),
    lambda r: r.choice(SPACED),
    _from(INDICATORS + "ab1", 6),
    _from(INDICATORS + "\n ab", 12),
    _from(NUMERIC, 12),
    _from(CONTROLS + "a \n", 8),
    _pieces,
    _edges,
    *(_long, _long, _long, _long),
    *(_lines, _lines),
    _number,
    _date,
    _characters,
    _odd,
)


def texts(seed: int, count: int) -> Iterator[str]:
    """Every text of the tables, then random ones."""
    table = (*WORDS, *SPACED)
    yield from table[:count]
    r = random.Random(seed)
    for _ in range(count - len(table)):
        yield r.choice(MAKERS)(r)
