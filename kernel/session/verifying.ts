/**
 * A verifying session runs a notebook again to compare its numbers, and leaves nothing behind. Reports, deployments and
 * saved models go into one temporary folder, where later cells find them under the notebook's own names. No tracker is
 * notified, nothing is pushed, and a detached training ends with its cell.
 */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";

/** Shown where a notebook writes files for others. */
export const VERIFYING_NOTICE =
  "The notebook is being verified: this goes into a folder that is thrown away, and nobody is told of it.";

interface Session {
  readonly options: { readonly verifying?: string };
  readonly datasets: { readonly aside: Map<string, string> };
}

export function isVerifying({ options }: Pick<Session, "options">): boolean {
  return options.verifying !== undefined;
}

/** Returns where a program's output for `path` (absolute) goes: there, or into the folder of a verification. */
export function outputPathFor({ datasets, options: { verifying } }: Session, path: string): string {
  if (verifying === undefined) return path;
  // Paths in the same folder stay in a common folder, and none leads out of the verification folder.
  const folder = createHash("sha256").update(dirname(path)).digest("hex").slice(0, 16);
  const aside = join(verifying, folder, basename(path) || "root");
  datasets.aside.set(path, aside);
  return aside;
}
