// Writes generated files only if their text differs from the one on disk.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** `files`: maps paths from `root` to texts. Returns those that differ, each with its text. */
export function changedIn(files, root) {
  return [...files].filter(([path, text]) => textOf(join(root, path)) !== text);
}

/** Returns the number of written files. */
export function writeChanged(files, root) {
  const changed = changedIn(files, root);
  for (const [path, text] of changed) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return changed.length;
}

function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // not written yet
  }
}
