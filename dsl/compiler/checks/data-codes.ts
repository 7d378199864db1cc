/** Codes of counted data: labels, similar texts, splits. */
import type { OutlyingScores } from "../../language/types/audit-facts.js";
import type { RowName } from "../../language/types/row-name.js";
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
    readonly row: RowName;
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
    help: (d) => `name the column that holds the ${d.roles[1]}`,
    explain:
      "What is to be learnt stands in the very text that is read, so that the model learns to copy and every score is perfect.",
    example: 'data d { source: csv("a.csv"), columns: { text: body, label: body } }',
  },
  imbalanced: {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the labels of \`${d.data}\` are uneven: ${count(d.largest.count)} rows train "${d.largest.label}", ${count(d.smallest.count)} train "${d.smallest.label}" (${(d.largest.count / d.smallest.count).toFixed(0)} to 1)`,
    help: () =>
      "write `task: text_classification(class_weight: balanced)`, or `balance(over)` in `clean`, and look at `f1(macro)`, which counts every label alike, beside accuracy",
    explain:
      "Where one label is ten times as frequent as another, a model is right most of the time by never saying the rare one. " +
      "Accuracy hides that; the macro average of f1 and the confusion matrix show it. `class_weight: balanced` weighs the rows of " +
      "rare labels more, `balance` repeats them or leaves out others.",
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
      return `labels of \`${d.data}\` that are written nearly the same are learnt as different ones: ${some.join("; ")}${more > 0 ? `; and ${count(more)} more` : ""}`;
    },
    help: ({ alike }) => {
      // The most common spelling of each label.
      const names = alike.flatMap((group) => {
        const [most, ...others] = group.toSorted((a, b) => b.count - a.count);
        return others.map(({ label }) => `${JSON.stringify(label)}: ${JSON.stringify(most?.label)}`);
      });
      const some = names.length > 5 ? [...names.slice(0, 5), "…"] : names;
      return `\`relabel({ ${some.join(", ")} })\` in \`clean\` writes each label one way; if they are meant to differ, list them: \`labels: [ … ]\``;
    },
    explain:
      "A label is its text, letter by letter: `1` and `1.0`, `01` and `1`, `True` and `true`, or one with a blank at its end are " +
      "two labels, between which a model can only guess. Usually two files or two programs wrote them. A `labels:` list says " +
      "that each is meant.",
  },
  "no-such-label": {
    severity: "error",
    facts: true,
    message: (d) => `no row of \`${d.data}\` has the label "${d.label}"`,
    help: (d) =>
      d.nearest === undefined
        ? `there are ${listNames(d.has.slice(0, 12).map((label) => `"${label}"`))}`
        : `write "${d.nearest}"`,
    explain:
      "A task was told something of a label that the data do not have: it is spelt otherwise there, or its rows are gone.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification(class_weight: { yess: 2 }) }\ntrain m on d',
  },
  "label-not-in-train": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `no row that trains has the label${d.labels.length === 1 ? "" : "s"} ${listNames(d.labels.map((label) => `"${label}"`))}, and ${plural(d.rows, "row")} of \`${d.data}.${d.split}\` ${d.rows === 1 ? "has" : "have"} (${percent(d.rows / Math.max(1, d.of))})`,
    help: (d) =>
      d.stratified
        ? "these labels have too few rows for every split: collect more of them, or leave those rows out"
        : "split with `stratify:` by the label, or leave those rows out",
    explain:
      "A label that no training row has can't be learnt: each of its rows is wrong in every score, whatever the model. Chance " +
      "leaves rare labels out of a split; `random(stratify: …)` gives every split its share of each.",
  },
  "near-leak": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${listNames(d.splits.map(({ split, rows, of: total }) => `${plural(rows, "text")} of \`${d.data}.${split}\` (${percent(rows / Math.max(1, total))} of ${count(total)})`))} ${allRows(d) === 1 ? "is" : "are"} nearly the same as a text that trains`,
    help: (d) =>
      `give versions of one text the same \`group\`, so that they stay in one split, or drop ${d.dropped === undefined ? "them" : "more of them"} with \`drop_duplicates(similarity: ${percent(d.dropped === undefined || d.dropped > 0.8 ? 0.8 : Math.max(0.1, d.dropped - 0.1))})\``,
    notes: (d) => [...exampleLines(d.pairs, allRows(d)), ...(d.masked ? [MASKED_DATA_NOTE] : [])],
    explain:
      "Texts that differ in a word or a comma are learnt by heart like equal ones, and make the score better than the model. " +
      "Compared are all texts of a split with all that train, by their runs of five letters (at least 80% of them in common, " +
      "case, white space and punctuation aside). Texts of fewer than 20 letters aren't: many are the same by chance, and " +
      "a face of punctuation may be all that tells them apart. The notes name pairs.",
  },
  "languages-differ": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${percent(d.share)} of the texts of \`${d.data}.${d.split}\` are ${d.language}, and ${d.trained === 0 ? "none" : percent(d.trained)} of those that train`,
    help: () =>
      "draw the splits from all rows (`random(…)`), or keep the languages that count with `language(…)` in `clean`",
    explain:
      "A score over texts in a language that hardly trained tells of that language and not of the task. Languages are told by " +
      "the texts' letters, of some thousand rows at most, evenly over each split; texts too short to tell are left out. Reported is a share " +
      "that is at least 10 points greater than where it trains, and greater than chance explains.",
  },
  "shared-groups": {
    severity: "error",
    allowable: true,
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(d.shared, "group")} of "${d.column}" ${d.shared === 1 ? "stands" : "stand"} in more than one split of \`${d.data}\` (of ${count(d.of)})`,
    help: (d) =>
      d.own === undefined
        ? "split with `random(…)`, which keeps the rows of a group together, or take the role `group` out"
        : `read one of its splits, \`${d.own}(…, split: "train")\`, and divide it with \`split: random(…)\`, which keeps the rows of a group together; or take the role \`group\` out`,
    notes: (d) => [`such as ${listNames(d.some, { total: d.shared })}`],
    explain:
      "The role `group` says that rows belong together (one customer, one patient). Where a group is in training and test, the " +
      "test is about rows that the model partly knows.",
  },
  "label-conflict": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(d.texts, "text")} of \`${d.data}\` ${d.texts === 1 ? "stands" : "stand"} with different labels: ${plural(d.rows, "row")}, ${percent(d.rows / Math.max(1, d.of))} of all`,
    help: () => "decide on one label for each, or drop those rows",
    notes: (d) => exampleLines(d.examples, d.texts),
    explain:
      "The same text with two labels teaches nothing, and no model can be right about both rows: the rate is a bound for every " +
      "score. `drop_duplicates` keeps the first of them, whichever it is.",
  },
  "label-in-text": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the label itself stands in the text of ${count(d.own)} rows of \`${d.data}\` (${percent(d.own / Math.max(1, d.of))})`,
    help: () =>
      "if the texts won't have it later, take it out of them (a heading, a field that was filled in afterwards)",
    notes: (d) => (d.example === null ? [] : [d.example]),
    explain:
      "Where the texts name their label, and hardly ever another one, a model learns to look for that word. If the word is " +
      "there because somebody knew the label already, new texts won't have it and the scores hold for none of them.",
  },
  "constant-score": {
    severity: "error",
    facts: true,
    found: "data",
    message: (d) => `every score ${d.part ? "that trains " : ""}of \`${d.data}\` is ${String(d.score)}`,
    help: (d) =>
      d.part ? "let `split:` draw the rows (`random(…)`), so that scores of all kinds train" : "check the score column",
    explain:
      "A model that always gives that number is perfect, so there is nothing to learn. Often the wrong column plays the role `score`.",
  },
  "score-too-large": {
    severity: "error",
    facts: true,
    found: "data",
    message: (d) => `row ${d.row} of \`${d.data}\` has the score ${power(d.score)}, too large to learn from`,
    help: (d) =>
      `mend the row if the number stands for "unknown" (leave it empty, with \`clean: drop_empty\`), or make the scores smaller in a TypeScript cell: in other units, or their logarithms (up to ${power(d.most)} they train)`,
    explain:
      "A model learns numbers by squares of how far it is off, in float32, which ends at 3.4·10^38. Scores of 10^15 and more come " +
      "near it, and one of them drowns all others. Most are slips: a missing value written as 1e30, two columns run together.",
  },
  "scores-too-close": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `the scores of \`${d.data}\` differ by about ${d.spread.toPrecision(2)} around ${d.mean.toPrecision(6)}, ` +
      (d.spread < 64 * d.step
        ? `where float32 knows steps of ${d.step.toPrecision(2)} only`
        : "and the square of that is nothing in float32"),
    help: (d) =>
      d.spread < 64 * d.step
        ? `take ${d.mean.toPrecision(6)} off all of them in a TypeScript cell, and put it back on what is predicted`
        : "multiply all of them in a TypeScript cell, so that they differ by about 1",
    explain:
      "Models compute in float32, which keeps seven digits. Years as seconds, ids and sums of money in cents may differ in the " +
      "eighth digit only: rounded, such scores are steps, and what is predicted can't be nearer than one of them.",
  },
  "outlying-scores": {
    severity: "warning",
    facts: true,
    found: "data",
    message: (d) =>
      `${plural(d.count ?? d.rows.length, "score")} of ${count(d.of)} in \`${d.data}\` ${d.rows.length === 1 ? "makes" : "make"} ` +
      `${percentBelow(d.share)} of their variance: ${listNames(
        d.rows.map(({ row, score }) => `${String(score)} (row ${String(row)})`),
        { total: d.count ?? d.rows.length },
      )}; ` +
      `${d.doubtful ? `${listNames(d.doubtful.map(({ row, score }) => `${String(score)} (row ${String(row)})`))} may be impossible, too; ` : ""}` +
      `all others lie between ${String(d.least)} and ${String(d.greatest)}`,
    help: (d) =>
      `if ${d.rows.length === 1 ? "it is a mistake" : "they are mistakes"}, write the range of possible scores: ` +
      `\`clean: drop_outside(${columnText(d.column)}, ${String(d.least)}..${String(d.greatest)})\` drops such rows, ` +
      "`clamp` with the same arguments moves their scores to the nearest end",
    explain:
      "Regression learns by squared errors, so one impossible score (99999 for a missing value, a comma in the wrong place) decides " +
      "what the model learns: the other scores become almost the same. The warning counts a few scores that are 10 standard " +
      "deviations of the others away, well apart from them, and make a quarter of the variance. It also counts what often stands for a missing value (-1, -99, 999 and more nines) and is apart from all others. Beside such scores it names others at both " +
      "ends that are apart from the rest, or the only ones below 0. Compare the range that is left with what is possible. Where large scores are " +
      "right, learn their logarithm.",
  },
  "accuracy-alone": {
    severity: "warning",
    facts: true,
    found: "evaluate",
    message: (d) =>
      `\`${d.metric}\` alone tells little here: always answering "${d.label}" scores ${percent(d.share)} on \`${d.split}\``,
    help: (d) => `measure \`${d.also}\` too`,
    explain:
      "Where most rows have one label, accuracy is high for a model that has learnt nothing else. The macro average of f1 gives " +
      "every label the same weight.",
  },
  "small-test": {
    severity: "warning",
    facts: true,
    found: "evaluate",
    message: (d) =>
      `${plural(d.rows, "row")} of \`${d.split}\` tell a share of right answers near 90% to ±${d.points.toFixed(1)} points only`,
    help: () => "score on more rows, or take smaller differences for chance",
    explain:
      "A share that was counted on n rows is known to ±1.96·√(p·(1−p)/n), its 95% interval. Models that differ by less than that " +
      "can't be told apart by this test: 100 rows tell 90% to ±5.9 points, 1,000 rows to ±1.9.",
  },
};
