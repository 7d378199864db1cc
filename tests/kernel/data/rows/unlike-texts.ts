/**
 * Reference for small decoders trained in float64 on texts of different lengths: used to compare their losses and
 * gradients.
 */
import { fromNDArray, type ArrayValues } from "#dsl/tensor/values.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Trained } from "#tests/stdlib/models/golden.js";

export const trained: Trained = {
  optimizer: { weight_decay: 0, epsilon: 1e-8, betas: [0.9, 0.999] },
  clip: null,
  losses: [],
  norms: [],
  rates: [],
  final: {},
};
export const texts = [7, 3, 11, 2, 5].map((length, i) =>
  Int32Array.from({ length }, (_, k) => 2 + ((5 * i + 3 * k * k) % 50)),
);
export const fed = (feeds: Readonly<Record<string, NDArray>>): Record<string, ArrayValues> =>
  Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, fromNDArray(array)]));
