/**
 * Adafactor over every trainable parameter, with the recipe's own learning rate. What it keeps of a matrix [n, k] is n + k
 * numbers (`adafactor.row/<name>`, `adafactor.column/<name>`), of anything else a running mean (`adafactor.v/<name>`).
 */
import { argumentsOf } from "#dsl/types/filled.js";
import type { OptimizerImplementation } from "../kinds/training.js";
import { clipping, moment } from "../lib/optimizers/clipping.js";
import { word } from "./adafactor.js";

const ROW = "adafactor.row/";
const COLUMN = "adafactor.column/";
const WHOLE = "adafactor.v/";

export const adafactor: OptimizerImplementation = {
  states: [ROW, COLUMN, WHOLE],
  apply(call, graph, trainable, { rate, step, clip }) {
    const { decay, epsilon, threshold, weight_decay } = argumentsOf(word, call);
    const settings = { decay: -decay, epsilon, threshold, weight_decay };
    const { norm, scale } = clipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.at(name, () => {
        const factored = value.rank === 2;
        const kept = factored
          ? ([
              [ROW, [value.shape[0]!]],
              [COLUMN, [value.shape[1]!]],
            ] as const)
          : ([[WHOLE, value.shape]] as const);
        const moments = kept.map(([prefix, shape]) => moment(graph, prefix + name, value, shape));
        const inputs = [value, ...moments, gradient, rate, step, ...scale] as const;
        const [parameter, ...updated] = graph.apply("adafactor", inputs, { ...settings, factored });
        graph.update(name, parameter);
        updated.forEach((m, i) => graph.update(kept[i]![0]! + name, m));
      });
    return { norm };
  },
};
