git add . && git commit -qm "The fleet" && quad publish
git mv tenants/production/demo.yaml tenants/staging/demo.yaml
git commit -qm "The demo site moves"
