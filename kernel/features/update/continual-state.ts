/** Where the weights that an update begins with lie. */
import { carriedState, readCarried } from "../../runs/continual-state.js";
import type { Weights } from "../../runs/weights.js";

/** Weights and what strategies keep, where an update made them; else the weights alone. */
export function stateOf({ folder, checkpoint }: Weights): string {
  return readCarried(folder) ? carriedState(folder) : checkpoint.file;
}
