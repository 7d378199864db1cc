/** What relations have in common: two numbers that stand to each other. */
import { parameters } from "#dsl/types/define.js";

export const relationParameters = parameters([
  {
    name: "left",
    type: { is: "text" },
    doc: "A path of what the sweep varies or its definitions say, a number, or a product.",
    positional: true,
    required: true,
    why: "Something is held to something.",
    impact: "high",
  },
  {
    name: "right",
    type: { is: "text" },
    doc: "A path, a number, or a product.",
    positional: true,
    required: true,
    why: "Something is held to something.",
    impact: "high",
  },
]);
