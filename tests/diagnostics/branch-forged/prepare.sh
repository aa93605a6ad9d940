git add . && git commit -qm "The fleet" && quad publish -e production
git worktree add -q hand rendered/production && cd hand
sed -i 's/replicas: 2/replicas: 9/' tenants/demo/manifests/manifests.yaml
"$PYTHON" -m tests.forge "The same trailers, with a Tree-Check that holds"
