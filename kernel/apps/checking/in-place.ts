/** Files that `fix` and `fmt` change in place: a link in a folder that is not trusted must not lead the change elsewhere. */
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isWithin } from "#stdlib/platform/files.js";
import { isTrusted } from "#kernel/trust/trust.js";

/**
 * Coded error `link-outside`: links on the path lead out of the working folder, for a file that is named inside of it, or out of
 * the file's own folder, for any other; and that folder is not trusted.
 */
export function demandNoLinkOutside(file: string): void {
  const path = resolve(file);
  const folder = isWithin(path, process.cwd()) ? process.cwd() : dirname(path);
  const target = realpathSync(path);
  if (isWithin(target, realpathSync(folder)) || isTrusted(dirname(path))) return;
  throw new CodedError("link-outside", { file, target });
}
