git add . && git commit -qm "The fleet" && quad publish -e production
git worktree add -q hand rendered/production && cd hand
sed -i 's/replicas: 2/replicas: 9/' tenants/demo/manifests/manifests.yaml
rm tenants/demo/overlay/tenant.yaml && echo "by hand" > notes.txt
git add -A && git commit -qm "Quick fix, sorry"
