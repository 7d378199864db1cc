/** Penalty on the distance to the server's weights: `fedprox.anchor/<name>`. */
import { argumentsOf } from "#dsl/language/types/defaults.js";
import type { AggregatorImplementation } from "./kind.js";
import { quadraticPenalty } from "../strategies/shared/penalty.js";
import { word } from "./fedprox.js";

const ANCHOR = "fedprox.anchor/";

export const fedprox: AggregatorImplementation = {
  local: {
    strategy: {
      states: [ANCHOR],
      anchors: [ANCHOR],
      terms: (call) => [quadraticPenalty({ factor: argumentsOf(word, call).mu, anchor: ANCHOR })],
    },
    keeps: [],
    sent: [],
    initialStates: (_call, { weights }) => ({ [ANCHOR]: Float64Array.from(weights) }),
    after: () => ({ saved: {}, given: {} }),
  },
};
