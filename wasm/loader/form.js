// What all widgets' forms have in common once a script runs: they need no button to be sent, and stay on the page.
export function keepToPage(root) {
  const form = root.querySelector("form");
  if (!form) return;
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of form.querySelectorAll("[type=submit]")) button.hidden = true;
  form.addEventListener("input", () => switchFields(form));
  switchFields(form);
}

// A field with data-only="10 13" counts only where the aggregation is one of these.
function switchFields(form) {
  for (const field of form.querySelectorAll("[data-only]")) field.disabled = !field.dataset.only.split(" ").includes(form.elements.aggregation.value);
}
