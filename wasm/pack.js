// `node pack.js FOLDER`: the hashes of its files, as the plugin hands them to the browser.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const integrity = (name) => `sha384-${createHash("sha384").update(readFileSync(join(folder, name))).digest("base64")}`;
const names = readdirSync(folder).filter((name) => name !== "pack.json").sort();
console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, { integrity: integrity(name) }])), null, 2));
