import { compileParameters as read } from "#dsl/compiler/define/define.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "parameters",
  doc: "Names values of the notebook or file, used as `$name` and overridden by `-p name=value`.",
  example: "parameters { rate: 1e-3 }",
  operands: { what: "none" },
  connectors: {},
  effect: "defines",
  read,
  needsBlock: true,
  anyKey: true,
  parameters: [],
};
