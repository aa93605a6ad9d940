git add . && git commit -qm "The fleet" && git branch rendered/production
