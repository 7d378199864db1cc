/** Parameters shared by relations: two numbers to compare, always or only where a certain word is drawn. */
import { defineParameters } from "#dsl/language/types/define.js";

export const relationParameters = defineParameters([
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
  {
    name: "when",
    type: { is: "text" },
    doc: "A word among those that vary (`full` of `technique: choice(full, head_only)`): only points that have it are held to this.",
    why: "Without it all points are held to it; what is a good rate of one technique is none of another's.",
    impact: "medium",
  },
]);
