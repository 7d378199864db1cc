import type { AggregatorImplementation } from "../kinds/aggregator.js";

/** The mean by rows, as it is. */
export const fedavg: AggregatorImplementation = {};
