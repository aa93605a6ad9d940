"""Quadrangle: a fleet of Moodle sites, from one short YAML file each to Kustomize overlays and Argo CD Applications.

    load -> validate -> resolve -> compile -> hydrate -> check

`load` reads the repository, `validate`, `resolve`, `compile` and `check` are pure, `hydrate` runs kustomize; `pipeline` is all of
them on one page and `cli` the only part that prints and exits. Each stage is the file of its name.
"""

__version__ = "0.1.0"
