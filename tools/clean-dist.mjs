// Removes files from dist whose sources are gone (a deleted test would still run). Nothing else is changed.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(fileURLToPath(new URL(".", import.meta.url)), "..");
const rooms = ["dsl", "stdlib", "kernel", "editors", "tools", "page", "tests", "bench"];

/** Returns the paths (relative to the root) of the removed modules. */
export function cleanDist(base = root) {
  const removed = [];
  for (const room of rooms) {
    const folder = join(base, "dist", room);
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".d.ts")) continue;
      const compiled = join(entry.parentPath, entry.name.slice(0, -".d.ts".length));
      const source = join(base, relative(join(base, "dist"), compiled));
      if ([".ts", ".tsx"].some((ending) => existsSync(source + ending))) continue;
      for (const ending of [".js", ".js.map", ".d.ts", ".d.ts.map"]) rmSync(compiled + ending, { force: true });
      removed.push(relative(base, compiled));
      removeIfEmpty(dirname(compiled), folder);
    }
  }
  return removed;
}

function removeIfEmpty(folder, top) {
  if (folder === top || readdirSync(folder).length > 0) return;
  rmSync(folder, { recursive: true });
  removeIfEmpty(dirname(folder), top);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const module of cleanDist()) console.log(`removed ${module}: its source is gone`);
