// cdk8s in one process: an App with a Chart for every file of values, "template<TAB>values<TAB>output" a line of standard input.
import { readFileSync, writeFileSync } from "node:fs";
import { ApiObject, App, Chart } from "cdk8s";

for (const line of readFileSync(0, "utf8").trimEnd().split("\n")) {
  const [template, values, output] = line.split("\t");
  const { default: objects } = await import(template); // Node.js keeps what it has read
  const app = new App();
  const chart = new Chart(app, "tenant");
  objects(JSON.parse(readFileSync(values, "utf8"))).forEach((each, at) => new ApiObject(chart, `o${at}`, each));
  writeFileSync(output, app.synthYaml());
}
