import { compileShow as read } from "#dsl/compiler/show/show.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "show",
  doc: "Shows a definition, or a part of a run: `show router.plan`, before a training too: `show router.plan on tickets with quick`; `.history`, `.mask` (which tokens of the rows are trained; before a training too: `show router.mask on tickets`), and what each phase of the compiler made: `.tree` (the statement as it was read), `.graph` (its layers as a picture), `.passes` (what they did), `.program` (every operation), `.emitted` (what the engine was given); `.edge` (size, memory and time of an answer on phones and boards, within a budget).",
  example: "show router.plan",
  operands: { what: "topic", many: true },
  connectors: { on: { takes: "data" }, with: { takes: "recipe" } },
  effect: "acts",
  read,
  elsewhere: { print: "show", display: "show", plot: "show" },
  parameters: [
    {
      name: "time",
      type: { is: "number", unit: "duration" },
      doc: "With `NAME.edge`: how long an answer may take.",
      range: { min: 0, exclusive: true },
      default: { value: 100 },
      why: "People perceive a tenth of a second as instant.",
      impact: "low",
    },
    {
      name: "memory",
      type: { is: "number", unit: "bytes" },
      doc: "With `NAME.edge`: what the model may take; left out: a share of each device's memory.",
      range: { min: 0, exclusive: true },
      why: "Whoever builds the device knows.",
      impact: "low",
    },
    {
      name: "length",
      type: { is: "number", integer: true },
      doc: "With `NAME.edge`: tokens of the text; left out: as many as texts of the training have, or 128.",
      range: { min: 1 },
      why: "Work grows with the text.",
      impact: "low",
    },
  ],
};
