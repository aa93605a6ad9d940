git add . && GIT_COMMITTER_DATE=2026-03-01T12:00:00Z git commit -qm "The fleet"
quad restore birch --at 2026-03-01T13:00:00Z --into cedar && git commit -qam "cedar becomes birch"
quad restore cedar --finish && git commit -qam "It has"
