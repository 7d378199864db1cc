/** L2 penalty towards the weights after the first data set: `l2.anchor/<name>`. */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { momentState } from "../optimizers/shared/clipping.js";
import { quadraticPenalty } from "./shared/penalty.js";
import { word } from "./l2.js";

const ANCHOR = "l2.anchor/";

export const l2: StrategyImplementation = {
  states: [ANCHOR],
  anchors: [ANCHOR],
  terms: (call) => [quadraticPenalty({ factor: argumentsOf(word, call).strength, anchor: ANCHOR })],
  consolidate(_call, graph, { parameters, first }) {
    for (const { name, value } of parameters) {
      const anchor = momentState(graph, ANCHOR + name, value);
      graph.update(ANCHOR + name, anchor.add(value.subtract(anchor).multiply(first)));
    }
  },
};
