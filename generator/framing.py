"""Frames of plugins: which names the plugins of a kind may have, and the frame's files with the name put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"@(component|date|installed|name|root|title|type)@")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LETTERS = "lower-case ASCII letters, digits and single `_`, a letter first and no `_` last"
_COMPONENT_MOST = 100  # what Moodle's table config_plugins has room for
_EXTENSION_MOST = 40
# Where Moodle looks for plugins of the types that a frame can be: other types must have more files than it has.
_FOLDERS = {"local": "local", "report": "report", "tool": "admin/tool"}
# Rust's words, the crates that every program has, and extensions that a site's PHP has: of a name there can be one.
_TAKEN = frozenset(
    re.findall(
        r"\w+",
        """
        abstract as async await become box break const continue crate do dyn else enum extern false final fn
        for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct
        super trait true try type typeof unsafe unsized use virtual where while yield
        alloc core ext_php_rs proc_macro std test
        bcmath bz2 calendar ctype curl date dba dom enchant exif ffi fileinfo filter ftp gd gettext gmp hash
        iconv imap intl json ldap libxml mbstring mysqli mysqlnd odbc opcache openssl pcntl pcre pdo pdo_mysql
        pdo_pgsql pdo_sqlite pgsql phar posix random readline redis reflection session shmop simplexml snmp
        soap sockets sodium spl sqlite3 standard sysvmsg sysvsem sysvshm tidy tokenizer xml xmlreader
        xmlwriter xsl zip zlib
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Named:
    """A plugin's name in its parts, and where Moodle looks for it; an extension has no type and no place in Moodle."""

    full: str
    type: str = ""
    name: str = ""
    installed: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What `quad plugin new` can begin: how a name is read (or why it cannot be one), and the two commands to run next."""

    read: Callable[[str], Named | str]
    next: tuple[str, str]


def _component(name: str, types: Mapping[str, str]) -> Named | str:
    """A component's name as Moodle takes it (`core_component::is_valid_plugin_name`, which lets some double `_` pass)."""
    type, separator, short = name.partition("_")
    known = " or ".join(f"`{each}_...`" for each in types)
    if not separator or type not in types:
        return (
            f"a plugin of this kind is called {known}; other types of Moodle plugins need more files than the frame has"
        )
    if not _NAME.fullmatch(short) or len(short) == 1:
        return f"behind `{type}_` come {_LETTERS}, and at least two characters"
    if len(name) > _COMPONENT_MOST:
        return f"it has {len(name)} characters, Moodle has room for {_COMPONENT_MOST}"
    return Named(name, type, short, f"{types[type]}/{short}")


def _moodle(name: str) -> Named | str:
    return _component(name, _FOLDERS)


def _widget(name: str) -> Named | str:
    return _component(name, {"local": _FOLDERS["local"]})


def _extension(name: str) -> Named | str:
    if not _NAME.fullmatch(name):
        return f"an extension's name is of {_LETTERS}"
    if len(name) > _EXTENSION_MOST:
        return f"it has {len(name)} characters, the most is {_EXTENSION_MOST}"
    if name in _TAKEN:
        return "Rust or PHP has that name already"
    return Named(name, name=name)


KINDS = {
    "moodle": Kind(_moodle, ("phpunit -c {place}/tests/phpunit.xml", "cp -r {place} YOUR_MOODLE/{installed}")),
    "extension": Kind(_extension, ("make -C {place} test", "make -C {place} build")),
    "widget": Kind(_widget, ("make -C {place} test", "make -C {place} build")),
}


def next_commands(kind: str, named: Named, place: str) -> list[str]:
    """What to run next, with the plugin's folder as a shell takes it."""
    return [command.format(place=place, installed=named.installed) for command in KINDS[kind].next]


def filled(frame: Mapping[str, bytes], named: Named, date: str) -> dict[str, bytes]:
    """The frame's files, their names and texts with the plugin's name in the place of each placeholder."""
    values = {
        "component": named.full,
        "date": date,
        "installed": named.installed,
        "name": named.name,
        "root": "/".join([".."] * len(named.installed.split("/"))),
        "title": named.name.replace("_", " ").capitalize(),
        "type": named.type,
    }

    def put(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)

    return {put(name).replace("dot-", "."): put(raw.decode()).encode() for name, raw in frame.items()}
