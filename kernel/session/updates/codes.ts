/** Codes of updates while they run. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "update-streamed": { readonly data: string };
    "update-roles": { readonly data: string; readonly role: string; readonly earlier: string };
    "update-unscored": { readonly data: string };
    "update-forgets": { readonly start: string; readonly why: string };
  }
}

registerCodes({
  "update-streamed": {
    severity: "error",
    message: (d) => `rows of ${d.data} can't be kept to be learnt again: they are streamed from disk`,
    help: () =>
      "take a strategy that keeps no rows (`ewc`, `si`, `l2`, `lwf`), or data that fit into memory (`sample: 100000`)",
    explain:
      "`replay`, `der` and `joint` put rows of earlier data beside the new ones, which is done with data that are held in memory.",
  },
  "update-roles": {
    severity: "error",
    message: (d) =>
      `rows of ${d.earlier} can't be learnt beside those of ${d.data}: they have no column in the role \`${d.role}\``,
    help: (d) => `give both data the same roles in \`columns\`, or leave \`${d.role}\` out`,
    explain: "Rows that are learnt again stand among the new ones in one table: both must have the same roles.",
  },
  "update-unscored": {
    severity: "warning",
    message: (d) => `what is kept of ${d.data} isn't known: it has no rows held out`,
    help: () => "give the data a split with `test` or `validation`",
    explain:
      "After each data set the model is scored on held-out rows of all of them; data without any have an empty column in the table.",
  },
  "update-forgets": {
    severity: "warning",
    message: (d) => `what ${d.start} learnt before isn't held by the strategy: ${d.why}`,
    help: () => "name its data first, as in `update m on old, new`, or keep rows of it: `replay(5%)`",
    explain:
      "Strategies look at the data that a model learnt from before the first new ones come. Where these can't be read any more, what was learnt of them is held by nothing.",
  },
});
