/** Files that `fix` and `fmt` change in place: a link in a folder that is not trusted must not lead the change elsewhere. */
import { lstatSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { isTrusted } from "#kernel/trust/trust.js";
import "./codes.js";

/** Coded error `link-outside`: the file is a symbolic link to a file outside its folder, which is not trusted. */
export function demandInPlace(file: string): void {
  const path = resolve(file);
  const folder = dirname(path);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true || isTrusted(folder)) return;
  const target = realpathSync(path);
  const way = relative(realpathSync(folder), target);
  if (isAbsolute(way) || way.split(/[\\/]/)[0] === "..") throw new CodedError("link-outside", { file, target });
}
