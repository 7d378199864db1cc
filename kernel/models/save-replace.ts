/** Whose a folder is that a model shall be saved to: another model's is not written over unless that is asked for. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { diskError } from "../fetch/disk.js";
import { ADAPTER } from "../runs/folders/adapter-folder.js";
import { LEARNT, readLearnt, writeLearnt } from "../runs/learnt-rows.js";
import { MODEL } from "../runs/folders/model-folder.js";
import type { Weights } from "../runs/weights.js";
import { RunFolder } from "../runs/run-folder.js";
import type { SaveOptions } from "./save-options.js";

/** A folder that the same training was saved to before is free. Coded error `folder-of-another`. */
export function demandOwn(
  folder: string,
  weights: Pick<Weights, "folder">,
  { replace = false }: SaveOptions = {},
): void {
  const holds = [MODEL.config, ADAPTER.config].some((name) => existsSync(join(folder, name)));
  if (replace || !holds) return;
  const own = nameOf(weights);
  const other = readLearnt(folder)?.model ?? null;
  if (other !== own) throw new CodedError("folder-of-another", { folder, other, own });
}

/** Records in a saved folder which training wrote it and what that learnt from; removes the record where the run has none. */
export async function tellLearnt(folder: string, weights: Pick<Weights, "folder">): Promise<void> {
  const learnt = readLearnt(weights.folder);
  if (learnt) await writeLearnt(folder, learnt);
  else await rm(join(folder, LEARNT), { force: true });
}

/** The training's name, of a trial its sweep's. */
function nameOf({ folder }: Pick<Weights, "folder">): string {
  const lock = RunFolder.open(folder).lock();
  return readLearnt(folder)?.model ?? lock?.trial?.sweep ?? lock?.name ?? "";
}

/** Coded errors `cannot-write`, `disk-full`. */
export async function writable<T>(folder: string, write: (folder: string) => Promise<T>): Promise<T> {
  try {
    return await write(folder);
  } catch (error) {
    throw diskError(error, folder);
  }
}
