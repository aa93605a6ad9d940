git add . && git commit -qm "The fleet"
echo "# changed" >> tenants/production/demo.yaml
