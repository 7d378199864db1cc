/** The data sets for `sweep auto`: six tasks from bench/quality, each with training, validation and test rows. */
import { drawn, type DataSet } from "../quality/dataset.js";
import { SETS as JUDGED } from "../judging/sets.js";
import { cooking } from "../quality/datasets/cooking.js";
import { questions } from "../quality/datasets/questions.js";
import { sentiment } from "../quality/datasets/sentiment.js";

export interface AutoSet {
  readonly name: string;
  readonly about: string;
  readonly licence: string;
  /** The task and columns as Tune source text. */
  readonly task: string;
  readonly columns: string;
  /** The compared metric; greater is better. */
  readonly metric: string;
  /** How bench/peers/sklearn_baselines.py and AutoGluon read the rows. */
  readonly reads: { readonly kind: "label" | "labels" | "tags"; readonly input: string; readonly target: string };
  rows(): Promise<readonly PartedRow[]>;
}
export interface PartedRow {
  readonly part: "train" | "validation" | "test";
}

/** Share of the training rows. */
const VALIDATION = 0.2;

const TEXTS = {
  task: "text_classification",
  columns: "text: text, label: label",
  metric: "f1(macro)",
  reads: { kind: "label", input: "text", target: "label" },
} as const;
const judged = (name: string, licence: string): AutoSet => {
  const set = JUDGED.find((one) => one.name === name);
  if (!set) throw new Error(`no set ${name}`);
  return { ...TEXTS, name, licence, about: set.about, rows: async () => parted(await set.rows(), ({ text }) => text) };
};
const of = (
  { about, licence, rows }: DataSet,
  more: Pick<AutoSet, "name" | "task" | "columns" | "metric" | "reads">,
): AutoSet => ({
  about,
  licence,
  ...more,
  rows: async () => parted((await rows()) as readonly Parted[], ({ text }) => text),
});

export const SETS: readonly AutoSet[] = [
  of(sentiment, { ...TEXTS, name: "sentiment", metric: "accuracy" }),
  of(questions, {
    ...TEXTS,
    name: "intents",
    columns: "text: text, label: intent",
    reads: { kind: "label", input: "text", target: "intent" },
  }),
  of(questions, {
    name: "slots",
    task: "token_classification",
    columns: "tokens: tokens, tags: tags",
    metric: "entity_f1",
    reads: { kind: "tags", input: "tokens", target: "tags" },
  }),
  of(cooking, {
    name: "cooking",
    task: "multilabel_classification",
    columns: "text: text, labels: tags",
    metric: "f1(micro)",
    reads: { kind: "labels", input: "text", target: "tags" },
  }),
  judged("speeches", "CC0 (speeches of the United States Government; the collection PDDL 1.0)"),
  judged("syllables", "BSD-2-Clause (CMUdict)"),
];

interface Parted {
  readonly text: string;
  readonly part: string;
}

/** Assigns a fifth of the training rows to validation, by a hash of their text. */
function parted<T extends Parted>(rows: readonly T[], says: (row: T) => string): readonly PartedRow[] {
  return rows.map((row): PartedRow => {
    const validates = row.part === "train" && drawn(`validation ${says(row)}`) < VALIDATION;
    return { ...row, part: validates ? "validation" : row.part === "train" ? "train" : "test" };
  });
}

// Names of the compared models, as used in tables and verdicts.

/** The default recipe with the seed that has the best validation score. */
export const DEFAULT = "default";
/** The default recipe trained once, with its first seed. */
export const ONCE = "default, seed 0";
/** The sweep's best, or the best of its baselines where nothing was trained. */
export const FOUND = "found.best";
export const WORDS = "baseline(tfidf)";
