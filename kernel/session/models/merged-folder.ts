/** A trained model as a plain folder that other programs open, written whole or not at all. */
import { LEARNT } from "../../artifacts/learnt.js";
import { demandFree, filesOf } from "../../artifacts/folders/model-folder.js";
import { staged } from "../../artifacts/staged.js";
import { type Merged, writeMerged } from "../../artifacts/folders/merged.js";
import type { writeSaved } from "./saved.js";
import type { SaveOptions } from "./save-options.js";
import { demandOwn, tellLearnt } from "./saved-over.js";

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
