"""docs/benchmarks.svg: a bar for each way to render, CPU a tenant on a logarithmic scale; the text is text, in both themes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from tests.bench.goals import Results, figure, middle

OURS = ("render alone", "render, cold", "render, warm", "publish, cold", "publish, warm")
LEFT, WIDTH, ROW, TOP, RIGHT = 190, 470, 26, 56, 90
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.quiet { fill: #59636e; font-size: 11px; }
.grid { stroke: #d1d9e0; }
.ours { fill: #0969da; }
.peer { fill: #818b98; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .quiet { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .ours { fill: #4493f8; }
  .peer { fill: #767e89; }
}
"""


def svg(results: Results) -> str:
    """The picture; the longest bar is the slowest, and each gridline is ten times the one before."""
    bars = sorted(_bars(results), key=lambda bar: -bar[1])
    low = math.floor(math.log10(min(value for _, value, _ in bars)))
    high = math.ceil(math.log10(max(value for _, value, _ in bars)))
    width = LEFT + WIDTH + RIGHT
    height = TOP + ROW * len(bars) + 34
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title">',
        f"<style>{STYLE}</style>",
        f'<title id="title">CPU milliseconds a tenant, {len(bars)} ways to render the same objects</title>',
        '<text class="title" x="12" y="24">CPU milliseconds a tenant</text>',
        '<text class="quiet" x="12" y="42">logarithmic; less is better; blue is quad, with its checks</text>',
        *_grid(low, high, height),
        *_rows(bars, low, high),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _bars(results: Results) -> Iterator[tuple[str, float, str]]:
    for name in OURS:
        if name in results.cases:
            yield f"quad {name}", middle(results.cases[name].cpu) * 1000, "ours"
    for peer in results.peers:
        yield peer.measured.command.name, middle(peer.measured.cpu) * 1000, "peer"


def _grid(low: int, high: int, height: int) -> Iterator[str]:
    for power in range(low, high + 1):
        x = LEFT + WIDTH * (power - low) / (high - low)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - 28}"/>'
        yield f'<text class="quiet" x="{x:.1f}" y="{height - 12}" text-anchor="middle">{10.0**power:,g} ms</text>'


def _rows(bars: Sequence[tuple[str, float, str]], low: int, high: int) -> Iterator[str]:
    for at, (name, value, kind) in enumerate(bars):
        y, length = TOP + ROW * at, max(2.0, WIDTH * (math.log10(value) - low) / (high - low))
        yield f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
        yield f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{ROW - 8}" rx="2"/>'
        yield f'<text x="{LEFT + length + 6:.1f}" y="{y + 14}">{figure(value)} ms</text>'
