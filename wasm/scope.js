// A PostCSS plugin: takes what Tailwind and DaisyUI write out of its cascade layers, for a page's own rules stand in none and would win over
// all that do; and holds each rule within `.qw`, so that none touches the page.
const ROOT = ".qw";
const unlayer = (root) => root.walkAtRules("layer", (rule) => (rule.nodes ? rule.replaceWith(rule.nodes) : rule.remove()));

function scoped(selector) {
  if (/^(:root|:host|:where\(:root\))$/.test(selector)) return ROOT;
  const [, direction, rest] = selector.match(/^(\[dir="?rtl"?\] )?(.*)$/s);
  return `${direction ?? ""}${/^\.qw(?=$|[\s:.>[])/.test(rest) ? rest : `${ROOT} ${rest}`}`;
}

const isTop = (rule) => rule.parent.type === "root" || (rule.parent.type === "atrule" && ["media", "supports"].includes(rule.parent.name) && within(rule.parent));
const within = (node) => node.parent.type === "root" || (node.parent.type === "atrule" && within(node.parent));

export const scope = {
  postcssPlugin: "qw-scope",
  OnceExit(root) {
    while (root.some((node) => node.name === "layer") || has(root)) unlayer(root);
    root.walkRules((rule) => {
      if (isTop(rule)) rule.selectors = rule.selectors.map(scoped);
    });
  },
};

function has(root) {
  let found = false;
  root.walkAtRules("layer", () => { found = true; });
  return found;
}
