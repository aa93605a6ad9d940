"""An Argo CD that still works at the clone, and a cluster that has no Job of its upgrade yet."""

from generator.kubectl import Kubectl

UNDER_WAY = {"metadata": {"name": "cedar"}, "status": {"health": {"status": "Progressing"}}}
Kubectl.contexts = lambda *_: {}  # type: ignore[method-assign]
Kubectl.named = lambda *_: [UNDER_WAY]  # type: ignore[method-assign]
Kubectl.listed = lambda *_: []  # type: ignore[method-assign]
