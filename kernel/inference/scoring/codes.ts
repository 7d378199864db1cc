import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface ScoringCodeData {
  "no-answers": {
    readonly file: string;
    readonly wants: string;
    readonly has: readonly string[];
    readonly usual: boolean;
  };
  "broken-answer": { readonly file: string; readonly row: number; readonly field: string; readonly why: string };
  "no-probabilities": { readonly metric: string };
  "too-many-labels": {
    readonly file: string;
    readonly rows: number;
    readonly labels: number;
    readonly most: number;
  };
  "metrics-apart": {
    readonly metric: string;
    readonly measures: readonly string[];
    readonly file: string;
    readonly answers: string;
  };
}
export const scoringCodes: CodeTable<ScoringCodeData> = {
  "no-answers": {
    severity: "error",
    message: (d) => `${d.file} has no column ${d.wants}`,
    help: (d) => `it has ${listNames(d.has)}${d.usual ? "; name yours: `--truth NAME --predicted NAME`" : ""}`,
    explain:
      "`tunebook score` reads a row an answer: `truth` (or `reference`) is what is right, `predicted` is what was answered. Instead of `predicted`, `probabilities` may tell how likely each label was said to be. Other names are given by `--truth`, `--predicted` and `--probabilities`.",
  },
  "broken-answer": {
    severity: "error",
    message: (d) => `${d.file}, row ${d.row}: ${d.field} ${d.why}`,
    help: (d) =>
      d.field === "probabilities"
        ? '`probabilities` give each label of a row a share from 0 to 1, `{"yes": 0.8, "no": 0.2}`; they add up to 1 unless a row has several labels'
        : "all rows have answers of one sort: labels, numbers, lists of labels, tags of words, or texts",
    explain:
      "Every row must have its truth and its answer, of the same sort as the first row: a metric over some rows alone would be a number of something else. A row that a system could not answer has an answer of its own (an empty text, a label `none`), and counts as wrong.",
  },
  "no-probabilities": {
    severity: "error",
    message: (d) => `${d.metric} is made of probabilities, and the rows have none`,
    help: () => 'write them into each row: `"probabilities": {"label": 0.7, …}`',
    explain:
      "Log loss, Brier score, calibration, areas under curves and top places are of how likely each label was said to be; which label was said does not tell that.",
  },
  "too-many-labels": {
    severity: "error",
    message: (d) =>
      `${d.file} has ${d.rows.toLocaleString("en-US")} rows of sets of ${d.labels.toLocaleString("en-US")} labels: more decisions than can be scored at once (${d.most.toLocaleString("en-US")})`,
    help: () => "score parts of the rows, or leave out of `truth` and `predicted` the labels that hardly a row has",
    explain:
      "Of sets of labels each label of each row is a decision: whether the row has it, and whether it was said to. Metrics and their intervals look at all of them, again and again.",
  },
  "metrics-apart": {
    severity: "error",
    message: (d) => `${d.metric} measures ${listNames(d.measures)}; the answers of ${d.file} are ${d.answers}`,
    help: () => "leave it out, or ask for it of a file of such answers",
    explain:
      "What a file's answers are follows from its first row: texts or labels (strings), numbers, sets of labels or tags of words (lists), answers to questions (a text, with a list of right ones). All metrics of one call are of the same answers.",
  },
};
