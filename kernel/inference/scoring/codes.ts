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
    help: (d) => `use one of ${listNames(d.has)}${d.usual ? ", with `--truth NAME --predicted NAME`" : ""}`,
    explain:
      "`tunebook score` reads one prediction per row: `truth` (or `reference`) is the right answer, `predicted` the predicted one. Instead of `predicted`, `probabilities` may give the probability of each label. `--truth`, `--predicted` and `--probabilities` set other column names.",
  },
  "broken-answer": {
    severity: "error",
    message: (d) => `${d.file}, row ${d.row}: ${d.field} ${d.why}`,
    help: (d) =>
      d.field === "probabilities"
        ? 'write `probabilities` as a share from 0 to 1 per label, `{"yes": 0.8, "no": 0.2}`; they must add up to 1 unless a row has several labels'
        : "use one type of answer in all rows: labels, numbers, lists of labels, tags of words, or texts",
    explain:
      "Every row needs a truth and a prediction of the same type as the first row: a metric over only some rows would measure something else. For a row that a system could not answer, write an empty text or a label such as `none`; it counts as wrong.",
  },
  "no-probabilities": {
    severity: "error",
    message: (d) => `${d.metric} needs probabilities, but the rows have none`,
    help: () => 'write them into each row: `"probabilities": {"label": 0.7, …}`',
    explain:
      "Log loss, Brier score, calibration, areas under curves and top-k metrics need the probability of each label; the predicted label is not enough.",
  },
  "too-many-labels": {
    severity: "error",
    message: (d) =>
      `${d.file} has ${d.rows.toLocaleString("en-US")} rows of ${d.labels.toLocaleString("en-US")} possible labels, too many decisions to score at once (limit ${d.most.toLocaleString("en-US")})`,
    help: () => "score parts of the rows, or remove very rare labels from `truth` and `predicted`",
    explain:
      "With sets of labels, each label of each row is a decision: whether the row has it, and whether it was predicted. Metrics and their intervals go through all of them many times.",
  },
  "metrics-apart": {
    severity: "error",
    message: (d) => `${d.metric} measures ${listNames(d.measures)}, but the answers of ${d.file} are ${d.answers}`,
    help: () => "remove it, or use a file with such answers",
    explain:
      "The first row decides the type of a file's answers: texts or labels (strings), numbers, sets of labels or tags of words (lists), answers to questions (a text, with a list of right ones). All metrics of one call must fit that type.",
  },
};
