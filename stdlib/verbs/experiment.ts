import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "experiment",
  doc: "Names an experiment and its trackers.",
  example: 'experiment { name: "router-v2" }',
  since: "0.1.0",
  planned: { meanwhile: "every run writes `runs/<id>/events.jsonl`" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
