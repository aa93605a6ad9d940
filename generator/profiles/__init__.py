"""Profiles: tenants of one structure, hydrated by kustomize once and stamped ever after (ARCHITECTURE.md, "Profiles")."""
