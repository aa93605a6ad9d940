"""Writes YAML as `source.py` promises. It is imported where something is written so."""

from __future__ import annotations

import yaml

from generator.source import is_plain


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Quotes every string that some YAML reader could take for something else."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # PyYAML's signature
        return True


def _represent_str(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain(text) else '"')


_Dumper.add_representer(str, _represent_str)


def dump(data: object) -> bytes:
    """YAML bytes, in the data's own order of keys, the same on every machine."""
    text = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        allow_unicode=True,
        width=1_000_000,
        line_break="\n",
    )
    return text.encode("utf-8")


def dump_line(data: object) -> str:
    """The same YAML on one line, to be shown and pasted."""
    text = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, default_flow_style=True, allow_unicode=True, width=1_000_000
    )
    return str(text).rstrip("\n")
