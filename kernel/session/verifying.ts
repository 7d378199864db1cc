/**
 * A session that verifies: its notebook is run again to compare numbers, and leaves nothing behind. Reports, deployments and
 * saved models go into one folder, which is thrown away; later cells find them there under the names that the notebook gave
 * them. No tracker is told, nothing is pushed, and a training that would go on by itself ends with its cell.
 */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";

/** Said of what a notebook writes for others. */
export const VERIFYING_NOTICE =
  "The notebook is being verified: this goes into a folder that is thrown away, and nobody is told of it.";

interface Session {
  readonly options: { readonly verifying?: string };
  readonly datasets: { readonly aside: Map<string, string> };
}

export function isVerifying({ options }: Pick<Session, "options">): boolean {
  return options.verifying !== undefined;
}

/** Where that goes which a program writes at `path` (absolute): there, or into the folder of a verification. */
export function outputPathFor({ datasets, options: { verifying } }: Session, path: string): string {
  if (verifying === undefined) return path;
  // Neighbours stay neighbours, and no path leads out.
  const folder = createHash("sha256").update(dirname(path)).digest("hex").slice(0, 16);
  const aside = join(verifying, folder, basename(path) || "root");
  datasets.aside.set(path, aside);
  return aside;
}
