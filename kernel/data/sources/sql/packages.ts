/**
 * The packages that run queries, installed by `tunebook setup sql`: pinned, with checksums, in the cache. A package of
 * the notebook's folder is never loaded: checking or opening a file must not run code from the same folder.
 */
import { pathToFileURL } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { moduleIn, nodeEnv } from "#tools/node-env.mjs";

/**
 * Loads `name` from the packages of `tunebook setup sql`. `reads` names the feature that needs it, for the error. Coded
 * errors `sql-package` (not installed), `sql-package-broken` (installed, but it does not load here).
 */
export async function loadSqlPackage<T>(name: string, reads: string): Promise<T> {
  const installed = nodeEnv("sql");
  if (!installed.ready) throw new CodedError("sql-package", { name, reads });
  try {
    return (await import(pathToFileURL(moduleIn(installed.folder, name)).href)) as T;
  } catch (cause) {
    const why = (cause as Error).message.split("\n")[0] ?? "";
    throw new CodedError("sql-package-broken", { name, folder: installed.folder, why }, { cause });
  }
}
