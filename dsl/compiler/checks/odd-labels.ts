/** Labels that are no classes: as many as rows (an id, the text itself), or numbers on a scale. */
import type { Draft, Program } from "../plan/program.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { DataPlan } from "../../language/types/subject.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./odd-label-codes.js";

/** Rows from which on, and labels for each of them from which on, labels name rows. */
const NAMES = { rows: 20, share: 0.9 } as const;
/** Fewer, such as -1, 0 and 1, are classes. */
const FEWEST_OF_A_SCALE = 5;
const MOST_SHOWN = 5;
const NUMBER = /^\s*[+-]?\d+(?:\.\d+)?\s*$/;

/** What splits are called, in lower case. */
const SPLITS = new Set("train training validation valid val dev test testing eval".split(" "));

interface OddLabels {
  readonly code: "labels-like-ids" | "labels-like-scores" | "labels-like-splits";
  readonly column: string;
  readonly labels: number;
  readonly rows: number;
  readonly has: readonly string[];
}

/** What else could be said of such labels follows of it. */
export function findOddLabels({ columns, labels }: DataPlan, facts: DataFacts): OddLabels | undefined {
  const column = columns["label"];
  // Who lists the labels knows them; a part of the rows has each but once by chance.
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
  draft: Draft,
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

/** The names of two splits or more, one of them that which trains. */
function isSplits(labels: readonly string[]): boolean {
  const names = labels.map((label) => label.trim().toLowerCase());
  return names.length > 1 && names.every((name) => SPLITS.has(name)) && names.some((name) => name.startsWith("train"));
}
/** The split of the vocabulary whose names stand in a column. */
function splitBy({ registry }: Program, column: string): string | undefined {
  const word = registry.ofKind("split").find((one) => {
    return one.capabilities?.namedByData === true && one.parameters[0]?.type.is === "column";
  });
  const name = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(column) ? column : JSON.stringify(column);
  return word && `${word.name}(${name})`;
}

/** Classes that are numbers are counted from 0 or from 1, or are codes; what lies below 0 and between whole numbers measures. */
function isScale(labels: readonly string[]): boolean {
  const numbers = labels.map((label) => (NUMBER.test(label) ? Number(label) : Number.NaN));
  if (labels.length < FEWEST_OF_A_SCALE || numbers.some(Number.isNaN)) return false;
  return numbers.some((number) => number < 0 || !Number.isInteger(number));
}

/** Fewest first rows of a table by which a column is judged. */
const FEWEST_ROWS = 5;
/** Roles that a language model reads. */
const READ = ["text", "text_pair", "input", "question"];

/** Warns of a column that is read as text and holds numbers alone, by the first rows of its table. */
export function checkNumbersAsText(
  program: Program,
  draft: Draft,
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

/** Warning `scores-like-labels`. Scores of pairs of texts may be 0 and 1: whether they belong together. */
export function checkOddScores(program: Program, draft: Draft, { columns }: DataPlan, facts: DataFacts): void {
  const column = columns["score"];
  const values = facts.sampled ? undefined : facts.audit?.scores?.values;
  if (column === undefined || !values || "text_pair" in columns) return;
  const numbered = values.every((value, i) => value === i);
  if (values.length !== 2 && !(numbered && values.length > 2)) return;
  const place = draft.given.get("columns")?.places.get("columns.score");
  program.reportOwn("scores-like-labels", { data: draft.name, column, values }, draft, place);
}
