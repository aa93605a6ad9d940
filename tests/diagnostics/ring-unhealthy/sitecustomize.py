"""An Argo CD whose one Application of the ring before is ill."""

from generator.kubectl import Kubectl

ILL = {"metadata": {"name": "demo-staging"}, "status": {"health": {"status": "Degraded"}, "sync": {"status": "Synced"}}}
Kubectl.named = lambda *_: [ILL]  # type: ignore[method-assign]
