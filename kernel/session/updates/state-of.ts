/** Where the weights that an update begins with lie. */
import { carriedState, readCarried } from "../../artifacts/carried.js";
import type { Weights } from "../../artifacts/weights.js";

/** Weights and what strategies keep, where an update made them; else the weights alone. */
export function stateOf({ folder, checkpoint }: Weights): string {
  return readCarried(folder) ? carriedState(folder) : checkpoint.file;
}
