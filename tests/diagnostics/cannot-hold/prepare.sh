sed -i 's/source: manifests/source: overlay/' tenants/fleet.yaml
git add . && git commit -qm "The fleet" && quad publish -e production
sed -i 's/plan: medium/plan: huge/' tenants/production/demo.yaml && echo "# changed" >> overlays/base/scripts/graceful.sh
printf 'name: birch\ndisplayName: Birch\nhost: birch.example.org\nplan: small\n' > tenants/production/birch.yaml
git add . && git commit -qm "Two changes"
