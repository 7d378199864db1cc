import { show as read } from "#dsl/compile/show.js";
import type { BuiltVerb } from "#dsl/compile/act.js";

export const word: BuiltVerb = {
  kind: "verb",
  name: "show",
  doc: "Shows a definition, or a part of a run: `show router.plan`, `.history`, `.mask` (which tokens of the rows are trained; before a training too: `show router.mask on tickets`), and what each phase of the compiler made: `.tree` (the statement as it was read), `.graph` (its layers as a picture), `.passes` (what they did), `.program` (every operation), `.emitted` (what the engine was given).",
  example: "show router.plan",
  since: "0.1.0",
  operands: { what: "topic", many: true },
  connectors: { on: { takes: "data" } },
  effect: "acts",
  read,
  elsewhere: { print: "show", display: "show", plot: "show" },
  parameters: [],
};
