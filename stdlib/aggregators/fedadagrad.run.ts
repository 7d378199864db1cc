import { argumentsOf } from "#dsl/types/filled.js";
import type { AggregatorImplementation } from "../kinds/aggregator.js";
import { adaptiveStep, M, V } from "../lib/aggregators/adaptive.js";
import { word } from "./fedadagrad.js";

export const fedadagrad: AggregatorImplementation = {
  keeps: [M, V],
  step(call, of) {
    const { learning_rate: rate, tau } = argumentsOf(word, call);
    return adaptiveStep(of, { rate, beta_1: 0, tau, grown: (v, square) => v + square });
  },
};
