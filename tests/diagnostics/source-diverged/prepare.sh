git add . && git commit -qm "The fleet" && git checkout -q -b side
git commit -q --allow-empty -m "Aside" && quad publish -e production
git checkout -q main && git commit -q --allow-empty -m "Ahead"
