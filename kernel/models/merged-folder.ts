/** A trained model as a plain folder that other programs open, written whole or not at all. */
import { LEARNT } from "../runs/learnt-rows.js";
import { demandFree, filesOf } from "../runs/folders/model-folder.js";
import { staged } from "../runs/staged-folder.js";
import { type Merged, writeMerged } from "../runs/folders/merged.js";
import type { writeSaved } from "./saved-model.js";
import type { SaveOptions } from "./save-options.js";
import { demandOwn, tellLearnt } from "./save-replace.js";

export async function mergedFolder(
  folder: string,
  { open, weights, ...o }: Parameters<typeof writeSaved>[1],
  options: SaveOptions = {},
): Promise<Merged> {
  const { plan, labels } = weights;
  demandOwn(folder, weights, options);
  demandFree(folder, filesOf(o.base));
  const write = async (work: string): Promise<Merged> => {
    const made = await writeMerged(work, { ...o, session: open.session, plan, labels });
    await tellLearnt(work, weights);
    return { ...made, folder };
  };
  return staged(folder, write, [LEARNT]);
}
