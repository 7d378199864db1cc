import { version as read } from "#dsl/plan/version.js";
import type { BuiltVerb } from "#dsl/compile/act.js";

export const word: BuiltVerb = {
  kind: "verb",
  name: "tune",
  doc: "The version line that may open a file or a cell: which version of the language the text is written in.",
  example: "tune 1",
  operands: { what: "version" },
  connectors: {},
  effect: "defines",
  read,
  parameters: [],
};
