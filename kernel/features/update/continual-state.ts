/** Where the weights that an update begins with lie. */
import { continualWeightsFile, readContinualState } from "../../runs/continual-state.js";
import type { TrainedWeights } from "../../runs/weights.js";

/** Weights and what strategies keep, where an update made them; else the weights alone. */
export function startStateFile({ folder, checkpoint }: TrainedWeights): string {
  return readContinualState(folder) ? continualWeightsFile(folder) : checkpoint.file;
}
