/** Parameters shared by relations: two numbers to compare, always or only where a certain word is drawn. */
import { defineParameters } from "#dsl/language/types/define.js";

export const relationParameters = defineParameters([
  {
    name: "left",
    type: { is: "text" },
    doc: "A path that the sweep varies or its definitions set, a number, or a product.",
    positional: true,
    required: true,
    why: "The constraint compares two numbers.",
    impact: "high",
  },
  {
    name: "right",
    type: { is: "text" },
    doc: "A path, a number, or a product.",
    positional: true,
    required: true,
    why: "The constraint compares two numbers.",
    impact: "high",
  },
  {
    name: "when",
    type: { is: "text" },
    doc: "A word among those that vary (`full` of `technique: choice(full, head_only)`): the constraint applies only to points with it.",
    why: "Without it the constraint applies to all points; a good rate of one technique may be bad for another.",
    impact: "medium",
  },
]);
