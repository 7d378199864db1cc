/** Paths that a server influences: after resolving links they must be inside the intended folder. */
import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, sep } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** Coded error `path-outside`: `path` leads out of `root`, by its name or by a symbolic link on the way. `root` itself may be a link. */
export async function demandPathInside(root: string, path: string): Promise<void> {
  const outside = (): CodedError => new CodedError("path-outside", { path, folder: root });
  if (!below(root, path)) throw outside();
  const top = await realpath(root).catch(() => null);
  if (top === null) return; // Nothing exists yet that could be a link.
  for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder)) {
    const real = await realpath(folder).catch(() => null);
    if (real === null) continue;
    if (real !== top && !below(top, real)) throw outside();
    return;
  }
}

function below(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
