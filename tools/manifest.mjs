// Writes stdlib/manifest.generated.ts: one import per word's record (stdlib/<kind>s/<word>.ts), in order of path.
// `--check` writes nothing and exits 1 when the manifest is stale. `kind.ts` (a kind's contract) and files with a
// second dot (`csv.run.ts`) are not records. Every other file directly in a kind's folder must be one, so that no word
// is left out unnoticed.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(fileURLToPath(new URL(".", import.meta.url)), "..");
/** Folders of stdlib that belong to no kind. */
const others = new Set([
  "compression",
  "data",
  "files",
  "foreign-names",
  "json-schemas",
  "judging",
  "layers",
  "losses",
  "network",
  "personal-data",
  "platform",
  "programs",
  "row-formats",
  "statistics",
  "text",
  "user-defined",
]);

/** Returns the paths of records in stdlib, and the files in folders of words that export none. */
export function recordsIn(stdlib) {
  const files = readdirSync(stdlib)
    .filter((room) => !others.has(room) && statSync(join(stdlib, room)).isDirectory())
    .flatMap((room) => readdirSync(join(stdlib, room)).map((file) => `${room}/${file}`))
    .filter((file) => /^[^.]+\/[^.]+\.ts$/.test(file) && !file.endsWith("/kind.ts"))
    .sort();
  const exports = (file) => /^export const word\b/m.test(readFileSync(join(stdlib, file), "utf8"));
  return { records: files.filter(exports), strays: files.filter((file) => !exports(file)) };
}

export const strayTold = (file) =>
  `stdlib/${file} exports no word: write \`export const word = defineWord({…})\`; what several words of a kind share belongs to its folder shared/, and what one word does to WORD.run.ts`;

export function manifestOf(records) {
  const identifier = (file) => file.replace(/\.ts$/, "").replace(/[^A-Za-z0-9]/g, "_");
  return `// Written by tools/manifest.mjs; do not edit.
import type { Word } from "#dsl/language/types/registry.js";
${records.map((f) => `import { word as ${identifier(f)} } from "./${f.replace(/\.ts$/, ".js")}";`).join("\n")}

export const words: readonly Word[] = [
${records.map((f) => `  ${identifier(f)},`).join("\n")}
];
`;
}

function main(check) {
  const stdlib = join(root, "stdlib");
  const { records, strays } = recordsIn(stdlib);
  for (const stray of strays) console.error(`error: ${strayTold(stray)}`);
  if (strays.length > 0) return 1;
  const text = manifestOf(records);
  const target = join(stdlib, "manifest.generated.ts");
  let old = "";
  try {
    old = readFileSync(target, "utf8");
  } catch {
    // On the first run there is no file.
  }
  if (old === text) return 0;
  if (!check) writeFileSync(target, text);
  else console.error("stdlib/manifest.generated.ts is stale: run node tools/manifest.mjs");
  return check ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.includes("--check"));
