import { argumentsOf } from "#dsl/types/filled.js";
import type { AggregatorImplementation } from "../kinds/aggregator.js";
import { adaptiveStep, M, V } from "../lib/aggregators/adaptive.js";
import { word } from "./fedyogi.js";

export const fedyogi: AggregatorImplementation = {
  keeps: [M, V],
  step(call, of) {
    const { learning_rate: rate, beta_1, beta_2, tau } = argumentsOf(word, call);
    const grown = (v: number, square: number): number => v - (1 - beta_2) * square * Math.sign(v - square);
    return adaptiveStep(of, { rate, beta_1, tau, grown });
  },
};
