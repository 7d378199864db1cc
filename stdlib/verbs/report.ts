import { compileReport as read } from "#dsl/compiler/report/report.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "report",
  doc: "Writes one page (HTML, readable anywhere, without a network) of what was trained on what: plan, data, curves, scores with their intervals and pictures, a sweep's trials, and all that its numbers came from.",
  example: 'report router as "router.html"',
  operands: { what: "any", many: true },
  connectors: { as: { takes: "any" } },
  effect: "acts",
  read,
  elsewhere: { to: "as", into: "as", summary: "report", summarize: "report", samples: "rows", examples: "rows" },
  notes: [
    "What `evaluate` showed in this notebook is in it with its pictures; of evaluations of before their scores are.",
    'A run of before is named as its training was, which is the newest of that name, or by its folder: `report night`, `report "runs/night-20261126-093000-1a2b3c"`.',
    "Without `as` it is called after what it is of, beside the notebook. A report that is there is replaced, other files are not.",
  ],
  parameters: [
    {
      name: "rows",
      type: { is: "boolean" },
      doc: "Texts of rows too: which were mistaken, and of which the model was least sure.",
      default: { value: false },
      why: "Reports are given away, and rows may be private.",
      impact: "medium",
    },
  ],
};
