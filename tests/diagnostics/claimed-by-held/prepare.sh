git add . && git commit -qm "The fleet" && quad publish -e production
sed -i 's/plan: medium/plan: huge/; s/learn.example.org/demo.example.org/' tenants/production/demo.yaml
printf 'name: birch\ndisplayName: Birch\nhost: learn.example.org\nplan: small\n' > tenants/production/birch.yaml
git add . && git commit -qm "One host changes hands"
