"""Plain Jinja2 in one process, run by the peers' own Python: "template<TAB>values<TAB>output" a line of standard input."""

import json
import sys
from pathlib import Path

import jinja2


def main() -> None:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader("/"), keep_trailing_newline=True, autoescape=False)
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}  # YAML knows no surrogate pairs
    for line in sys.stdin:
        template, values, output = line.rstrip("\n").split("\t")
        text = environment.get_template(template).render(v=json.loads(Path(values).read_bytes()))
        Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
