/** Location of the weights that an update starts from. */
import { continualWeightsFile, readContinualState } from "../../runs/continual-state.js";
import type { TrainedWeights } from "../../runs/weights.js";

/** Weights and state of the strategies, if an update made them; otherwise only the weights. */
export function startStateFile({ folder, checkpoint }: TrainedWeights): string {
  return readContinualState(folder) ? continualWeightsFile(folder) : checkpoint.file;
}
