/**
 * Guards files that `fix` and `fmt` change in place: a link in an untrusted folder must not redirect the change
 * elsewhere.
 */
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isWithin } from "#stdlib/platform/files.js";
import { isTrusted } from "#kernel/trust/trust.js";

/**
 * Throws `link-outside` if links lead out of an untrusted folder. It is the working folder for a file named inside it,
 * otherwise the file's own folder.
 */
export function demandNoLinkOutside(file: string): void {
  const path = resolve(file);
  const folder = isWithin(path, process.cwd()) ? process.cwd() : dirname(path);
  const target = realpathSync(path);
  if (isWithin(target, realpathSync(folder)) || isTrusted(dirname(path))) return;
  throw new CodedError("link-outside", { file, target });
}
