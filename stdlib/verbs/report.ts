import { compileReport as read } from "#dsl/compiler/report/report.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "report",
  doc: "Writes one HTML page, readable anywhere without a network, about the training: plan, data, curves, scores with intervals and charts, a sweep's trials, and everything that its numbers depend on.",
  example: 'report router as "router.html"',
  operands: { what: "any", many: true },
  connectors: { as: { takes: "any" } },
  effect: "acts",
  read,
  elsewhere: { to: "as", into: "as", summary: "report", summarize: "report", samples: "rows", examples: "rows" },
  notes: [
    "Evaluations of this notebook are included with their charts, earlier ones with their scores.",
    'An earlier run is given by the name of its training (the newest run of that name) or by its folder: `report night`, `report "runs/night-20261126-093000-1a2b3c"`.',
    "Without `as` the file has the name of the model and is written beside the notebook. An existing report is replaced, other files are not.",
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
