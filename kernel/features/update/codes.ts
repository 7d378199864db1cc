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
      `rows of ${d.earlier} cannot be mixed with those of ${d.data}: they have no column with the role \`${d.role}\``,
    help: (d) => `give both data the same roles in \`columns\`, or remove \`${d.role}\``,
    explain: "Replayed rows and new rows form one table, so both must have the same roles.",
  },
  "update-unrouted": {
    severity: "error",
    message: (d) =>
      `rows cannot be routed to the earlier training of ${d.start}: none of its data can be read any more`,
    help: () => "restore the data, or use a strategy that routes no rows (`o_lora`, `ewc`, `l2`)",
    explain:
      "`lora_per_task` routes each row to the LoRA of the data that it resembles most. It needs the mean over the rows of earlier data, computed before the first new data are trained.",
  },
  "update-unscored": {
    severity: "warning",
    message: (d) => `forgetting on ${d.data} cannot be measured: it has no validation rows`,
    help: () => "add a split with `test` or `validation` to the data",
    explain:
      "After each data set the model is scored on held-out rows of all of them. Data without such rows have an empty column in the table.",
  },
  "update-forgets": {
    severity: "warning",
    message: (d) => `the strategy does not protect what ${d.start} learned before: ${d.why}`,
    help: () => "name its data first, as in `update m on old, new`, or store rows of it: `replay(5%)`",
    explain:
      "Strategies read the earlier training data before the first new data. If these cannot be read any more, nothing protects what was learned from them.",
  },
  "update-unheld": {
    severity: "warning",
    message: (d) => `${d.start} was protected by ${d.was.join(", ")}, but this update uses ${d.is.join(", ")}`,
    help: (d) =>
      `write \`strategy: [${d.was.join(", ")}]\` to keep the protection, or \`strategy: ${d.is.join(", ")}\` to confirm the change`,
    explain:
      "An update without `strategy` uses `replay(5%)`, however its model was made. The earlier strategy's record (weights, their Fisher information) is not used and not kept. A later update with that strategy computes it again, from data that can still be read.",
  },
  "update-labels-alike": {
    severity: "warning",
    message: (d) =>
      `${d.data} has the label ${JSON.stringify(d.label)} and ${d.of} has ${JSON.stringify(d.other)}: the head treats them as two labels`,
    help: (d) =>
      `use one name: \`clean: [relabel({ ${JSON.stringify(d.label)}: ${JSON.stringify(d.other)} })]\` in ${d.data}`,
    explain:
      "Labels are compared letter by letter. If they differ only in capitals, spaces or forms of letters, they are usually the same label from two sources. As two labels, the model learns to tell the sources apart and forgets the first.",
  },
  "update-leak": {
    severity: "warning",
    message: (d) =>
      `${String(d.rows)} of ${String(d.of)} evaluation rows of ${d.data}.${d.split} are also among the training rows of ${d.trains}`,
    help: (d) => `remove them from ${d.trains}, or read its score on ${d.data} as one on training rows`,
    explain:
      "If the evaluation rows of one data set are training rows of another, forgetting looks smaller than it is. Rows are compared by the content that is read, after cleaning; streamed data are not compared.",
  },
  "forget-in-data": {
    severity: "warning",
    message: (d) =>
      `${String(d.rows)} ${d.rows === 1 ? "row" : "rows"} to forget ${d.rows === 1 ? "is" : "are"} in ${d.data}, so the update trains on ${d.rows === 1 ? "it" : "them"}`,
    help: (d) => `remove ${d.rows === 1 ? "it" : "them"} from the source of ${d.data}`,
    explain:
      "`forget` deletes rows from those that runs store for replay and stores them no more. It does not change data.",
  },
  "memory-unbalanced": {
    severity: "warning",
    message: (d) => `rows of ${d.data} do not have exactly one label, so \`choose: balanced\` has no effect`,
    help: () => "remove `choose`",
    explain: "Rows are balanced by their label. Rows with several labels, numbers, tags or texts have none.",
  },
  "since-untold": {
    severity: "warning",
    message: (d) => `forgetting of ${d.model} since its base was evaluated is unknown: ${d.why}`,
    help: () => "evaluate both models on the same data",
    explain:
      "A model that started from another one is evaluated on the same rows as the earlier one. If that fails, the training is still complete and its weights are stored.",
  },
  "memory-damaged": {
    severity: "warning",
    message: (d) =>
      `${String(d.lines)} ${d.lines === 1 ? "line" : "lines"} of ${d.file} cannot be read; ${String(d.kept)} rows stored by an earlier update are replayed`,
    help: () => "run the earlier update again to store them again",
    explain:
      "Rows for replay are stored next to the run, one per line. Truncated or changed lines are skipped, so their rows are not protected.",
  },
};
