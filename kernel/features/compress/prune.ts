/** Prunes heads and inner layers of a trained model and retrains the rest with the recipe. */
import type { CompressionStageRunner } from "./contract.js";

export const prune: CompressionStageRunner = (compressStage, from, { train }) =>
  train(compressStage, { labels: from.weights.labels, exemplars: [], head: true, begins: () => Promise.resolve() });
