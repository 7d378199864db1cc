import { compileShow as read } from "#dsl/compiler/show/show.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "show",
  doc: "Shows a definition, or a part of a run: `show router.plan`, also before training: `show router.plan on tickets with quick`; `.history`, `.mask` (which tokens of the rows train; also before training: `show router.mask on tickets`), and the result of each phase of the compiler: `.tree` (the parsed statement), `.graph` (its layers as a picture), `.passes` (what the passes did), `.program` (all operations), `.emitted` (the graph given to the engine); `.edge` (size, memory and latency on phones and boards, within a budget).",
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
      doc: "With `NAME.edge`: the maximum time of a prediction.",
      range: { min: 0, exclusive: true },
      default: { value: 100 },
      why: "People perceive a tenth of a second as instant.",
      impact: "low",
    },
    {
      name: "memory",
      type: { is: "number", unit: "bytes" },
      doc: "With `NAME.edge`: the memory that the model may use; by default, a share of each device's memory.",
      range: { min: 0, exclusive: true },
      why: "Whoever builds the device knows.",
      impact: "low",
    },
    {
      name: "length",
      type: { is: "number", integer: true },
      doc: "With `NAME.edge`: tokens of the text; by default, as many as the training texts have, or 128.",
      range: { min: 1 },
      why: "Work grows with the text.",
      impact: "low",
    },
  ],
};
