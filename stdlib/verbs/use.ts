import type { Verb } from "#dsl/language/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "use",
  doc: "Brings the definitions of another Tune file. An action in a used file is an error.",
  example: 'use "common.tune"',
  operands: { what: "file" },
  connectors: {},
  effect: "defines",
  parameters: [],
};
