/** Packages that run queries: the notebook's own where it has them, else what `tunebook setup sql` brought. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { nodeEnv } from "#tools/node-env.mjs";
import "#stdlib/lib/sources/sql/codes.js";

/** Coded error `sql-package`. `reads`: what needs it, in words. */
export async function packageNamed<T>(name: string, reads: string, folder: string): Promise<T> {
  const brought = nodeEnv("sql");
  const places = [folder, process.cwd(), ...(brought.ready ? [brought.folder] : [])];
  for (const place of places) {
    let found: string;
    try {
      found = createRequire(join(place, "package.json")).resolve(name);
    } catch {
      continue; // not there; the next place may have it
    }
    return (await import(pathToFileURL(found).href)) as T;
  }
  throw new CodedError("sql-package", { name, reads });
}
