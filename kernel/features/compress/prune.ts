/** Heads and inner layers are taken out of a trained model, and what is left is trained again by the recipe. */
import type { CompressionStageRunner } from "./contract.js";

export const prune: CompressionStageRunner = (compressStage, from, { train }) =>
  train(compressStage, { labels: from.weights.labels, exemplars: [], head: true, begins: () => Promise.resolve() });
