// Writes stdlib/manifest.generated.ts: one import per word's record (stdlib/<kind>s/<word>.ts), in order of path, and the
// package's version, which deprecations and experiments are held against.
// `--check` writes nothing and exits 1 when the manifest is stale. A file whose name holds a second dot (`csv.run.ts`) is no record.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(fileURLToPath(new URL(".", import.meta.url)), "..", "stdlib");
const files = readdirSync(root)
  .filter((room) => statSync(join(root, room)).isDirectory())
  .flatMap((room) => readdirSync(join(root, room)).map((file) => `${room}/${file}`))
  .filter(
    (file) => /^[^.]+\/[^.]+\.ts$/.test(file) && /export const word\b/.test(readFileSync(join(root, file), "utf8")),
  )
  .sort();
const { version } = JSON.parse(readFileSync(join(root, "..", "package.json"), "utf8"));
const identifier = (file) => file.replace(/\.ts$/, "").replace(/[^A-Za-z0-9]/g, "_");
const text = `// Written by tools/manifest.mjs; do not edit.
import type { Word } from "#dsl/types/registry.js";
${files.map((f) => `import { word as ${identifier(f)} } from "./${f.replace(/\.ts$/, ".js")}";`).join("\n")}

export const version = ${JSON.stringify(version)};

export const words: readonly Word[] = [
${files.map((f) => `  ${identifier(f)},`).join("\n")}
];
`;
const target = join(root, "manifest.generated.ts");
let old = "";
try {
  old = readFileSync(target, "utf8");
} catch {
  // The first time there is none.
}
if (process.argv.includes("--check")) {
  if (old !== text) {
    console.error("stdlib/manifest.generated.ts is stale: run node tools/manifest.mjs");
    process.exit(1);
  }
} else if (old !== text) writeFileSync(target, text);
