/** Error codes of updates at run time. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface UpdatesCodeData {
  "update-roles": { readonly data: string; readonly role: string; readonly earlier: string };
  "update-unrouted": { readonly start: string };
  "update-unscored": { readonly data: string };
  "update-forgets": { readonly start: string; readonly why: string };
  "update-unheld": { readonly start: string; readonly was: readonly string[]; readonly is: readonly string[] };
  "update-labels-alike": {
    readonly label: string;
    readonly data: string;
    readonly other: string;
    readonly of: string;
  };
  "update-leak": {
    readonly data: string;
    readonly split: string;
    readonly rows: number;
    readonly of: number;
    readonly trains: string;
  };
  "forget-in-data": { readonly data: string; readonly rows: number };
  "memory-unbalanced": { readonly data: string };
  "since-untold": { readonly model: string; readonly why: string };
  "memory-damaged": { readonly file: string; readonly lines: number; readonly kept: number };
}

export const updatesCodes: CodeTable<UpdatesCodeData> = {
  "update-roles": {
    severity: "error",
    message: (d) =>
      `rows of ${d.earlier} can't be learnt beside those of ${d.data}: they have no column in the role \`${d.role}\``,
    help: (d) => `give both data the same roles in \`columns\`, or leave \`${d.role}\` out`,
    explain: "Rows that are learnt again stand among the new ones in one table: both must have the same roles.",
  },
  "update-unrouted": {
    severity: "error",
    message: (d) => `no row can be told to be for what ${d.start} learnt before: none of its data can be read any more`,
    help: () => "put the data back where they were, or take a strategy that sends no rows (`o_lora`, `ewc`, `l2`)",
    explain:
      "`lora_per_task` sends each row to the LoRA of the data that it is most like. What these are like is the mean over their rows, which is taken before the first new data are learnt.",
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
  "update-unheld": {
    severity: "warning",
    message: (d) => `${d.start} was held by ${d.was.join(", ")}; this update isn't: it is ${d.is.join(", ")}`,
    help: (d) =>
      `write \`strategy: [${d.was.join(", ")}]\` to hold on, or \`strategy: ${d.is.join(", ")}\` where it is meant`,
    explain:
      "An update without `strategy` is `replay(5%)`, whatever made the model that it begins with. What that was held by (weights, their Fisher information) holds nothing here and isn't kept on; a later update with the same strategies takes it down anew, of data that can still be read.",
  },
  "update-labels-alike": {
    severity: "warning",
    message: (d) =>
      `${d.data} has the label ${JSON.stringify(d.label)}, and ${d.of} ${JSON.stringify(d.other)}: the head has both, as two labels`,
    help: (d) =>
      `write them alike: \`clean: [relabel({ ${JSON.stringify(d.label)}: ${JSON.stringify(d.other)} })]\` in ${d.data}`,
    explain:
      "Labels are told apart letter by letter. What differs in capitals, blanks or forms of letters alone is mostly the same label of two sources: as two, the model learns to tell the sources apart, and forgets the first.",
  },
  "update-leak": {
    severity: "warning",
    message: (d) =>
      `${String(d.rows)} of ${String(d.of)} rows of ${d.data}.${d.split}, which score it, stand among the rows of ${d.trains} that train`,
    help: (d) => `take them out of ${d.trains}, or read its score on ${d.data} as one of rows that were learnt`,
    explain:
      "Rows of one data set that score and of another that train are learnt before they are asked about: what is kept and forgotten looks better than it is. Compared is what is read of a row, after cleaning; streamed data are not looked through.",
  },
  "forget-in-data": {
    severity: "warning",
    message: (d) =>
      `${String(d.rows)} ${d.rows === 1 ? "row" : "rows"} that shall be forgotten ${d.rows === 1 ? "stands" : "stand"} in ${d.data}: the update learns from ${d.rows === 1 ? "it" : "them"}`,
    help: (d) => `take ${d.rows === 1 ? "it" : "them"} out of the source of ${d.data}`,
    explain:
      "`forget` deletes rows from what runs keep to learn again, and keeps them no more; data are left as they are.",
  },
  "memory-unbalanced": {
    severity: "warning",
    message: (d) => `rows of ${d.data} have no one label each: \`choose: balanced\` draws them all alike`,
    help: () => "leave `choose` out",
    explain: "Rows are balanced by their label. Rows with several labels, numbers, tags or texts have none to go by.",
  },
  "since-untold": {
    severity: "warning",
    message: (d) => `what ${d.model} forgot of what was evaluated before isn't told: ${d.why}`,
    help: () => "evaluate both models on the same data",
    explain:
      "A model that began from another one is asked about the rows that the earlier one was evaluated on. Where that can't be done the training is as good as without: its weights are there.",
  },
  "memory-damaged": {
    severity: "warning",
    message: (d) =>
      `${String(d.lines)} ${d.lines === 1 ? "line" : "lines"} of ${d.file} can't be read; ${String(d.kept)} rows that an earlier update kept are learnt again`,
    help: () => "run the earlier update again, which writes them anew",
    explain:
      "Rows that are learnt again lie beside the run, one a line. Lines that were cut off or changed are left out, and what they held is held by nothing.",
  },
};
