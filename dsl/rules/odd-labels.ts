/** Labels that are no classes: as many as rows (an id, the text itself), or numbers on a scale. */
import type { Draft, Program } from "../plan/program.js";
import type { DataFacts } from "../types/facts.js";
import type { DataPlan } from "../types/subject.js";
import type { Span } from "../diagnostics/span.js";
import type {} from "./odd-label-codes.js";

/** Rows from which on, and labels for each of them from which on, labels name rows. */
const NAMES = { rows: 20, share: 0.9 } as const;
/** Fewer, such as -1, 0 and 1, are classes. */
const FEWEST_OF_A_SCALE = 5;
const NUMBER = /^\s*[+-]?\d+(?:\.\d+)?\s*$/;

interface OddLabels {
  readonly code: "labels-like-ids" | "labels-like-scores";
  readonly column: string;
  readonly labels: number;
  readonly rows: number;
}

/** What else could be said of such labels follows of it. */
export function oddLabels({ columns, labels }: DataPlan, facts: DataFacts): OddLabels | undefined {
  const column = columns["label"];
  // Who lists the labels knows them; a part of the rows has each but once by chance.
  if (column === undefined || labels || facts.sampled) return undefined;
  const splits = Object.values(facts.splits);
  const used = new Set(splits.flatMap(({ labels }) => labels.flatMap((one) => (one.count > 0 ? [one.label] : []))));
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const told = { column, labels: used.size, rows };
  if (isScale([...used])) return { code: "labels-like-scores", ...told };
  return rows >= NAMES.rows && used.size >= NAMES.share * rows ? { code: "labels-like-ids", ...told } : undefined;
}

export function checkOddLabels(
  program: Program,
  draft: Draft,
  plan: DataPlan,
  facts: DataFacts,
  place: Span | undefined,
): boolean {
  const odd = oddLabels(plan, facts);
  if (!odd) return false;
  const { code, ...told } = odd;
  program.reportOwn(code, { data: draft.name, ...told }, draft, place);
  return true;
}

/** Classes that are numbers are counted from 0 or from 1, or are codes; what lies below 0 and between whole numbers measures. */
function isScale(labels: readonly string[]): boolean {
  const numbers = labels.map((label) => (NUMBER.test(label) ? Number(label) : Number.NaN));
  if (labels.length < FEWEST_OF_A_SCALE || numbers.some(Number.isNaN)) return false;
  return numbers.some((number) => number < 0 || !Number.isInteger(number));
}
