git add . && GIT_COMMITTER_DATE=2026-03-01T12:00:00Z git commit -qm "The fleet"
