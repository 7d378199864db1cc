// Writes the committed grammars and snippets of `editors/vscode` from the output of `npm run build`. The build itself
// writes the tree-sitter queries. `--check` writes nothing and exits 1 when a file is stale.
import { fileURLToPath } from "node:url";
import { changedIn, writeChanged } from "./write-changed.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { editorFiles } = await import("../dist/editors/generate/files.js");
const files = await editorFiles();
if (process.argv.includes("--check")) {
  const stale = changedIn(files, root);
  for (const [path] of stale) console.error(`${path} is stale: run npm run editors`);
  if (stale.length > 0) process.exitCode = 1;
} else console.log(`${files.size} files in editors/, ${writeChanged(files, root)} written anew`);
