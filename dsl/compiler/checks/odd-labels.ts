/** Detects labels that are not classes: one per row (an id, the text itself), or numbers on a scale. */
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { DataPlan } from "../../language/types/value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./odd-label-codes.js";

/** Labels count as row ids from this many rows, with at least this many distinct labels per row. */
const NAMES = { rows: 20, share: 0.9 } as const;
/** Fewer distinct numbers, such as -1, 0 and 1, are classes. */
const FEWEST_OF_A_SCALE = 5;
const MOST_SHOWN = 5;
const NUMBER = /^\s*[+-]?\d+(?:\.\d+)?\s*$/;

/** Common split names, in lower case. */
const SPLITS = new Set("train training validation valid val dev test testing eval".split(" "));

interface OddLabels {
  readonly code: "labels-like-ids" | "labels-like-scores" | "labels-like-splits";
  readonly column: string;
  readonly labels: number;
  readonly rows: number;
  readonly has: readonly string[];
}

/** Finds labels that are no classes. Other label warnings would only follow from this one. */
export function findOddLabels({ columns, labels }: DataPlan, facts: DataFacts): OddLabels | undefined {
  const column = columns["label"];
  // An explicit label list is intended. In a sample, each label may occur once by chance.
  if (column === undefined || labels || facts.sampled) return undefined;
  const splits = Object.values(facts.splits);
  const used = new Set(splits.flatMap(({ labels }) => labels.flatMap((one) => (one.count > 0 ? [one.label] : []))));
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const details = { column, labels: used.size, rows, has: [...used].slice(0, MOST_SHOWN) };
  if (isSplits([...used])) return { code: "labels-like-splits", ...details };
  if (isScale([...used])) return { code: "labels-like-scores", ...details };
  return rows >= NAMES.rows && used.size >= NAMES.share * rows ? { code: "labels-like-ids", ...details } : undefined;
}

export function checkOddLabels(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  place: Span | undefined,
): boolean {
  const odd = findOddLabels(plan, facts);
  if (!odd) return false;
  const { code, has, ...details } = odd;
  const data = { data: draft.name, ...details };
  if (code === "labels-like-splits") {
    const split = splitBy(program, odd.column);
    program.reportOwn(code, { ...data, has, ...(split !== undefined && { split }) }, draft, place);
  } else program.reportOwn(code, data, draft, place);
  return true;
}

/** Tests for names of two or more splits, including the training split. */
function isSplits(labels: readonly string[]): boolean {
  const names = labels.map((label) => label.trim().toLowerCase());
  return names.length > 1 && names.every((name) => SPLITS.has(name)) && names.some((name) => name.startsWith("train"));
}
/** Returns the split word of the vocabulary that reads split names from a column. */
function splitBy({ registry }: Program, column: string): string | undefined {
  const word = registry.ofKind("split").find((one) => {
    return one.capabilities?.namedByData === true && one.parameters[0]?.type.is === "column";
  });
  const name = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(column) ? column : JSON.stringify(column);
  return word && `${word.name}(${name})`;
}

/** Class numbers count from 0 or 1, or are codes. Negative or fractional numbers are measurements. */
function isScale(labels: readonly string[]): boolean {
  const numbers = labels.map((label) => (NUMBER.test(label) ? Number(label) : Number.NaN));
  if (labels.length < FEWEST_OF_A_SCALE || numbers.some(Number.isNaN)) return false;
  return numbers.some((number) => number < 0 || !Number.isInteger(number));
}

/** Minimum first rows of a table needed to judge a column. */
const FEWEST_ROWS = 5;
/** Roles that a language model reads. */
const READ = ["text", "text_pair", "input", "question"];

/** Warns of a column read as text that contains only numbers, judged by the first rows of its table. */
export function checkNumbersAsText(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  sample: readonly Readonly<Record<string, unknown>>[],
): void {
  if (sample.length < FEWEST_ROWS) return;
  for (const role of READ) {
    const column = plan.columns[role];
    if (column === undefined) continue;
    const values = sample.map((row) => String(row[column] ?? ""));
    if (!values.every((value) => NUMBER.test(value))) continue;
    const place = draft.given.get("columns")?.places.get(`columns.${role}`);
    program.reportOwn("numbers-as-text", { column, role, some: values.slice(0, 3) }, draft, place);
  }
}

/** Reports the warning `scores-like-labels`. Scores of text pairs may be 0 and 1 (whether they belong together). */
export function checkOddScores(
  program: Program,
  draft: DefinitionDraft,
  { columns }: DataPlan,
  facts: DataFacts,
): void {
  const column = columns["score"];
  const values = facts.sampled ? undefined : facts.audit?.scores?.values;
  if (column === undefined || !values || "text_pair" in columns) return;
  const numbered = values.every((value, i) => value === i);
  if (values.length !== 2 && !(numbered && values.length > 2)) return;
  const place = draft.given.get("columns")?.places.get("columns.score");
  program.reportOwn("scores-like-labels", { data: draft.name, column, values }, draft, place);
}
