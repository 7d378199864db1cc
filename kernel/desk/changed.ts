/** What was changed in a deployment since it was proved, by the checksums of its proof. What has no proof was never proved. */
import { statSync } from "node:fs";
import { isAbsolute, join, normalize } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { DEPLOYMENT } from "../deploying/deployment.js";
import { damageIn } from "../deploying/files.js";
import { PROOF, readProof } from "../deploying/proof.js";
import "../serving/control-codes.js";

/** Files that were proved and are others now; what was left out of a copy is none of them. Null: there is none. */
export async function changedSince(folder: string): Promise<CodedError<"deployment-changed"> | null> {
  if (!isFile(join(folder, DEPLOYMENT)) || !isFile(join(folder, PROOF))) return null;
  const changed = await changesIn(folder);
  return changed.length === 0 ? null : new CodedError("deployment-changed", { folder, changed });
}

async function changesIn(folder: string): Promise<readonly string[]> {
  try {
    const { files = {} } = readProof(folder);
    const here = Object.entries(files).filter(([name]) => isInside(name) && isFile(join(folder, name)));
    return await damageIn({ writes: "folder", path: folder }, Object.fromEntries(here));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

const isInside = (name: string): boolean => !isAbsolute(name) && !/^\.\.(?:[\\/]|$)/.test(normalize(name));
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
