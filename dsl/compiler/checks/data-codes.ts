/** Codes of counted data: labels, similar texts, splits. */
import type { OutlyingScores } from "../../language/types/audit-facts.js";
import type { RowIdentifier } from "../../language/types/row-name.js";
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { exampleLines, listNames } from "../../language/diagnostics/lists.js";
import { MASKED_DATA_NOTE } from "./masked.js";

export interface DataCodeData {
  "same-column": { readonly column: string; readonly roles: readonly [string, string] };
  imbalanced: {
    readonly data: string;
    readonly smallest: { readonly label: string; readonly count: number };
    readonly largest: { readonly label: string; readonly count: number };
  };
  "labels-alike": {
    readonly data: string;
    readonly alike: readonly (readonly { readonly label: string; readonly count: number }[])[];
  };
  "no-such-label": {
    readonly label: string;
    readonly data: string;
    readonly has: readonly string[];
    readonly nearest?: string;
  };
  "label-not-in-train": {
    readonly data: string;
    readonly split: string;
    readonly labels: readonly string[];
    readonly rows: number;
    readonly of: number;
    /** The split is already stratified by label. */
    readonly stratified?: true;
  };
  "near-leak": {
    readonly data: string;
    /** Splits with `rows` out of `of` affected; `test` first. */
    readonly splits: readonly { readonly split: string; readonly rows: number; readonly of: number }[];
    readonly pairs: readonly string[];
    /** Some of the texts have masked personal data. */
    readonly masked?: true;
    /** Similarity threshold (a share) from which rows are already dropped. */
    readonly dropped?: number;
  };
  "shared-groups": {
    readonly data: string;
    readonly column: string;
    readonly shared: number;
    readonly of: number;
    readonly some: readonly string[];
    /** The source word, if the source defines its own splits. */
    readonly own?: string;
  };
  "label-conflict": {
    readonly data: string;
    readonly texts: number;
    readonly rows: number;
    readonly of: number;
    readonly examples: readonly string[];
  };
  "label-in-text": {
    readonly data: string;
    readonly own: number;
    readonly of: number;
    readonly example: string | null;
  };
  "constant-score": {
    readonly data: string;
    readonly score: number;
    /** True if only the training rows have this one score; other splits differ. */
    readonly part?: boolean;
  };
  "score-too-large": {
    readonly data: string;
    readonly row: RowIdentifier;
    readonly score: number;
    readonly most: number;
  };
  "scores-too-close": {
    readonly data: string;
    readonly mean: number;
    readonly spread: number;
    /** Distance between neighbouring float32 numbers at the mean. */
    readonly step: number;
  };
  "outlying-scores": OutlyingScores & { readonly data: string; readonly column: string };
  "accuracy-alone": {
    readonly label: string;
    readonly share: number;
    readonly split: string;
    readonly metric: string;
    readonly also: string;
  };
  "languages-differ": {
    readonly data: string;
    readonly split: string;
    readonly language: string;
    /** Share of the split's texts, and share of the training texts. */
    readonly share: number;
    readonly trained: number;
  };
  "small-test": { readonly rows: number; readonly split: string; readonly points: number };
}
const allRows = ({ splits }: { readonly splits: readonly { readonly rows: number }[] }): number =>
  splits.reduce((sum, { rows }) => sum + rows, 0);
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
/**
 * Shortens labels that are entire texts to fit two in a message. The end is shown too, because labels may differ there.
 */
const clipped = (label: string): string => (label.length > 60 ? `${label.slice(0, 40)}…${label.slice(-19)}` : label);
/** Avoids rounding 99.97% to 100%. */
const percentBelow = (share: number): string => (share > 0.99 && share < 1 ? "over 99%" : percent(share));
const columnText = (column: string): string => (/^[A-Za-z_]\w*$/.test(column) ? column : JSON.stringify(column));
const power = (n: number): string => n.toExponential().replace("e+", "e");
const count = (n: number): string => n.toLocaleString("en-US");
const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

export const dataCodes: CodeTable<DataCodeData> = {
  "same-column": {
    severity: "error",
    allowable: true,
    found: "data",
    message: (d) => `${d.roles[0]} and ${d.roles[1]} both read the column "${d.column}"`,
    help: (d) => `name the column that contains the ${d.roles[1]}`,
    explain:
      "The target is part of the text that the model reads. The model learns to copy it, and every score is perfect.",
    example: 'data d { source: csv("a.csv"), columns: { text: body, label: body } }',
  },
  imbalanced: {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the labels of \`${d.data}\` are imbalanced: ${count(d.largest.count)} training rows have "${d.largest.label}", ${count(d.smallest.count)} have "${d.smallest.label}" (${(d.largest.count / d.smallest.count).toFixed(0)} to 1)`,
    help: () =>
      "write `task: text_classification(class_weight: balanced)`, or `balance(over)` in `clean`; besides accuracy, check `f1(macro)`, which counts all labels equally",
    explain:
      "If one label is ten times as frequent as another, a model is mostly right without ever predicting the rare one. " +
      "Accuracy hides that; macro f1 and the confusion matrix show it. `class_weight: balanced` gives the rows of " +
      "rare labels more weight. `balance` repeats them or drops rows of other labels.",
  },
  "labels-alike": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) => {
      const some = d.alike.slice(0, 5).map((group) =>
        group
          .slice(0, 6)
          .map((one) => `${JSON.stringify(clipped(one.label))} (${plural(one.count, "row")})`)
          .join(" and "),
      );
      const more = d.alike.length - some.length;
      return `\`${d.data}\` has labels with nearly the same spelling, which count as different: ${some.join("; ")}${more > 0 ? `; and ${count(more)} more` : ""}`;
    },
    help: ({ alike }) => {
      // The most common spelling of each label.
      const names = alike.flatMap((group) => {
        const [most, ...others] = group.toSorted((a, b) => b.count - a.count);
        return others.map(({ label }) => `${JSON.stringify(label)}: ${JSON.stringify(most?.label)}`);
      });
      const some = names.length > 5 ? [...names.slice(0, 5), "…"] : names;
      return `write \`relabel({ ${some.join(", ")} })\` in \`clean\` to merge them; if they are different labels, list them: \`labels: [ … ]\``;
    },
    explain:
      "Labels are compared character by character: `1` and `1.0`, `01` and `1`, `True` and `true` are different labels, and so is a label with a trailing space. " +
      "The model can only guess between them. Usually two files or two programs wrote them. A `labels:` list confirms that each is intended.",
  },
  "no-such-label": {
    severity: "error",
    facts: true,
    message: (d) => `no row of \`${d.data}\` has the label "${d.label}"`,
    help: (d) =>
      d.nearest === undefined
        ? `use one of the labels ${listNames(d.has.slice(0, 12).map((label) => `"${label}"`))}`
        : `write "${d.nearest}"`,
    explain:
      "A setting of the task names a label that the data do not have. It is spelled differently there, or its rows were removed.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification(class_weight: { yess: 2 }) }\ntrain m on d',
  },
  "label-not-in-train": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `no training row has the label${d.labels.length === 1 ? "" : "s"} ${listNames(d.labels.map((label) => `"${label}"`))}, but ${plural(d.rows, "row")} of \`${d.data}.${d.split}\` ${d.rows === 1 ? "has" : "have"} (${percent(d.rows / Math.max(1, d.of))})`,
    help: (d) =>
      d.stratified
        ? "collect more rows of these labels, which have too few for every split, or drop those rows"
        : "split with `stratify:` by the label, or drop those rows",
    explain:
      "A model cannot learn a label that no training row has: every row with it is scored as wrong. A random " +
      "split can miss rare labels. `random(stratify: …)` gives every split its share of each label.",
  },
  "near-leak": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${listNames(d.splits.map(({ split, rows, of: total }) => `${plural(rows, "text")} of \`${d.data}.${split}\` (${percent(rows / Math.max(1, total))} of ${count(total)})`))} ${allRows(d) === 1 ? "is" : "are"} nearly identical to a training text`,
    help: (d) =>
      `give versions of one text the same \`group\` to keep them in one split, or drop ${d.dropped === undefined ? "them" : "more of them"} with \`drop_duplicates(similarity: ${percent(d.dropped === undefined || d.dropped > 0.8 ? 0.8 : Math.max(0.1, d.dropped - 0.1))})\``,
    notes: (d) => [...exampleLines(d.pairs, allRows(d)), ...(d.masked ? [MASKED_DATA_NOTE] : [])],
    explain:
      "A model memorizes texts that differ in a word or a comma like identical ones, so the score is too good. " +
      "All texts of a split are compared with all training texts: a pair shares at least 80% of its runs of five letters, " +
      "ignoring case, white space and punctuation. Texts under 20 letters are not compared: many match by chance, and " +
      "may differ only in an emoticon. The notes list pairs.",
  },
  "languages-differ": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${percent(d.share)} of the texts of \`${d.data}.${d.split}\` are ${d.language}, but ${d.trained === 0 ? "none" : percent(d.trained)} of the training texts`,
    help: () =>
      "draw the splits from all rows (`random(…)`), or keep only the relevant languages with `language(…)` in `clean`",
    explain:
      "If a language is rare in training, its score reflects the language rather than the task. Languages are detected from " +
      "letters, in a few thousand rows at most, spread evenly over each split; texts that are too short are skipped. The warning means " +
      "a share at least 10 points above the training share, and more than chance explains.",
  },
  "shared-groups": {
    severity: "error",
    allowable: true,
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(d.shared, "group")} of "${d.column}" ${d.shared === 1 ? "is" : "are"} in more than one split of \`${d.data}\` (of ${count(d.of)})`,
    help: (d) =>
      d.own === undefined
        ? "split with `random(…)`, which keeps the rows of a group together, or remove the role `group`"
        : `read one of its splits, \`${d.own}(…, split: "train")\`, and divide it with \`split: random(…)\`, which keeps groups together; or remove the role \`group\``,
    notes: (d) => [`such as ${listNames(d.some, { total: d.shared })}`],
    explain:
      "The role `group` marks rows that belong together (one customer, one patient). If a group is in both training and test, the " +
      "model partly knows the test rows.",
  },
  "label-conflict": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(d.texts, "text")} of \`${d.data}\` ${d.texts === 1 ? "has" : "have"} conflicting labels: ${plural(d.rows, "row")}, ${percent(d.rows / Math.max(1, d.of))} of all`,
    help: () => "choose one label for each text, or drop those rows",
    notes: (d) => exampleLines(d.examples, d.texts),
    explain:
      "The same text with two labels teaches nothing. No model can be right about both rows, so the rate limits every " +
      "score. `drop_duplicates` keeps the first of the rows, whichever it is.",
  },
  "label-in-text": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the text contains its own label in ${count(d.own)} rows of \`${d.data}\` (${percent(d.own / Math.max(1, d.of))})`,
    help: () => "if new texts will not contain the label, remove it from these (a heading, a field filled in later)",
    notes: (d) => (d.example === null ? [] : [d.example]),
    explain:
      "If texts contain their own label and rarely another one, a model learns to look for that word. If somebody wrote it " +
      "because the label was known already, new texts lack it and the scores do not apply to them.",
  },
  "constant-score": {
    severity: "error",
    facts: true,
    found: "data",
    message: (d) => `every ${d.part ? "training " : ""}score of \`${d.data}\` is ${String(d.score)}`,
    help: (d) =>
      d.part ? "write `split: random(…)`, so that the training rows have different scores" : "check the score column",
    explain:
      "A model that always predicts that number is perfect, so there is nothing to learn. Often the wrong column has the role `score`.",
  },
  "score-too-large": {
    severity: "error",
    facts: true,
    found: "data",
    message: (d) => `row ${d.row} of \`${d.data}\` has the score ${power(d.score)}, too large to learn from`,
    help: (d) =>
      `fix the row if the number means "unknown" (leave it empty, with \`clean: drop_empty\`), or scale the scores in a TypeScript cell: other units or logarithms (at most ${power(d.most)} is supported)`,
    explain:
      "Regression uses squared errors in float32, which ends at 3.4·10^38. Scores of 10^15 and more come " +
      "near it, and a single one outweighs all others. Most are mistakes: a missing value written as 1e30, or two merged columns.",
  },
  "scores-too-close": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the scores of \`${d.data}\` differ by about ${d.spread.toPrecision(2)} near ${d.mean.toPrecision(6)}, ` +
      (d.spread < 64 * d.step
        ? `where float32 has only steps of ${d.step.toPrecision(2)}`
        : "and the square of that rounds to zero in float32"),
    help: (d) =>
      d.spread < 64 * d.step
        ? `subtract ${d.mean.toPrecision(6)} from all scores in a TypeScript cell, and add it back to the predictions`
        : "multiply all scores in a TypeScript cell, so that they differ by about 1",
    explain:
      "Models compute in float32, which has seven digits. Years in seconds, ids and amounts in cents may differ only in the " +
      "eighth digit. Rounding turns such scores into steps, and predictions cannot be more precise than one step.",
  },
  "outlying-scores": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(d.count ?? d.rows.length, "score")} of ${count(d.of)} in \`${d.data}\` ${d.rows.length === 1 ? "causes" : "cause"} ` +
      `${percentBelow(d.share)} of the variance: ${listNames(
        d.rows.map(({ row, score }) => `${String(score)} (row ${String(row)})`),
        { total: d.count ?? d.rows.length },
      )}; ` +
      `${d.doubtful ? `${listNames(d.doubtful.map(({ row, score }) => `${String(score)} (row ${String(row)})`))} may be impossible, too; ` : ""}` +
      `all others are between ${String(d.least)} and ${String(d.greatest)}`,
    help: (d) =>
      `if ${d.rows.length === 1 ? "it is a mistake" : "they are mistakes"}, write the range of possible scores: ` +
      `\`clean: drop_outside(${columnText(d.column)}, ${String(d.least)}..${String(d.greatest)})\` drops such rows, ` +
      "`clamp` with the same arguments moves their scores to the nearest end",
    explain:
      "Regression uses squared errors, so one impossible score (99999 for a missing value, a misplaced comma) dominates " +
      "what the model learns: the other scores become almost equal. The warning counts a few scores that are 10 standard " +
      "deviations from the others, clearly separate, and cause a quarter of the variance. It also counts isolated values that often mean a missing value (-1, -99, 999 and more nines). " +
      "With these it lists other isolated scores at both ends, or the only ones below 0. Compare the remaining range with what is possible. If large scores are " +
      "right, train on their logarithm.",
  },
  "accuracy-alone": {
    severity: "warning",
    facts: true,
    found: "evaluate",
    message: (d) =>
      `\`${d.metric}\` is not informative here: always predicting "${d.label}" scores ${percent(d.share)} on \`${d.split}\``,
    help: (d) => `add the metric \`${d.also}\``,
    explain:
      "If most rows have one label, a model that learned nothing else has high accuracy. Macro f1 gives " +
      "every label the same weight.",
  },
  "small-test": {
    severity: "warning",
    facts: true,
    found: "evaluate",
    message: (d) =>
      `with ${plural(d.rows, "row")} in \`${d.split}\`, an accuracy near 90% is only known to ±${d.points.toFixed(1)} points`,
    help: () => "score on more rows, or treat smaller differences as chance",
    explain:
      "An accuracy measured on n rows has the 95% interval ±1.96·√(p·(1−p)/n). This test cannot separate models that differ by less: " +
      "at 90%, 100 rows give ±5.9 points, 1,000 rows ±1.9.",
  },
};
