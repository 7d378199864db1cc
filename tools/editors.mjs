// Writes what `editors/` holds of the vocabulary (grammars, queries, snippets), from what `npm run build` built.
// `--check` writes nothing and exits 1 when a file is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { editorFiles } = await import("../dist/editors/generate/files.js");
const read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not made yet
  }
};
const files = await editorFiles();
const stale = [...files].filter(([path, text]) => read(join(root, path)) !== text);
if (process.argv.includes("--check")) {
  for (const [path] of stale) console.error(`${path} is stale: run npm run editors`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(`${files.size} files in editors/, ${stale.length} written anew`);
}
