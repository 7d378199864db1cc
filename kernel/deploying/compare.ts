/** Two models' answers to the same inputs: how far their numbers are apart, and how often they say the same. */
import type { Written } from "#stdlib/kinds/target.js";
import type { Answers } from "./asked.js";

export interface Comparison {
  readonly inputs: number;
  /** Greatest difference of a number, and the greatest number of the notebook's; null: the runtime gives none. */
  readonly difference: number | null;
  readonly greatest: number;
  /** Inputs of which both say the same. */
  readonly agree: number;
  /** Of what is written: tokens that agree up to the first that doesn't, of all. */
  readonly tokens?: {
    readonly agree: number;
    readonly of: number;
    /** Inputs whose first token agrees. */
    readonly first: number;
    /** Texts that part, and those of them that do where two tokens are nearer than numbers differ: either may come. */
    readonly parted: number;
    readonly even: number;
  };
}
/** `equal`: within the tolerance. `agrees`: rounded, and it says the same often enough. */
export type Verdict = "equal" | "agrees" | "differs";

export function compare(notebook: Answers, deployed: Answers): Comparison {
  const inputs = notebook.says.length;
  const { difference, greatest } = apart(notebook, deployed);
  const agree = notebook.numeric
    ? alike(notebook, deployed, greatest)
    : notebook.says.filter((says, i) => deployed.says[i] === says).length;
  return {
    inputs,
    difference,
    greatest,
    agree,
    ...(notebook.tokens && deployed.tokens && { tokens: tokensIn(notebook, deployed, difference ?? 0) }),
  };
}

function apart(notebook: Answers, deployed: Answers): Pick<Comparison, "difference" | "greatest"> {
  let [difference, greatest] = [0, 0];
  for (const [i, row] of (notebook.numbers ?? []).entries()) {
    const own = deployed.numbers?.[i];
    for (const value of row) greatest = Math.max(greatest, Math.abs(value));
    if (own) difference = Math.max(difference, own.length === row.length ? mostOf(row, own) : Infinity);
  }
  if (!deployed.numbers || !notebook.numbers) return { difference: null, greatest };
  if (deployed.numbers.length !== notebook.numbers.length) difference = Infinity;
  // A lead is one number less another: of each that may be half as far off.
  for (const [i, row] of (notebook.leads ?? []).entries()) {
    const own = deployed.leads?.[i];
    const until = partingOf(notebook.tokens?.[i] ?? [], deployed.tokens?.[i] ?? []);
    if (own) difference = Math.max(difference, mostOf(row.subarray(0, until), own.subarray(0, until)) / 2);
  }
  return { difference, greatest };
}

function mostOf(row: Float32Array, own: Float32Array): number {
  let most = 0;
  for (let k = 0; k < row.length; k++) {
    const [a, b] = [row[k]!, own[k]!];
    // Of no number nothing is near.
    if (!(Math.abs(a - b) <= most) && !Object.is(a, b)) most = Number.isNaN(a - b) ? Infinity : Math.abs(a - b);
  }
  return most;
}

/** Of answers that are numbers: how far off one may be, as a share of the greatest, and the least cosine of two vectors. */
const NEAR = { number: 0.02, cosine: 0.97 };
/** Inputs whose numbers are near. */
function alike(notebook: Answers, deployed: Answers, greatest: number): number {
  const rows = notebook.numbers ?? [];
  const near = rows.filter((row, i) => {
    const own = deployed.numbers?.[i];
    if (own?.length !== row.length) return false;
    if (row.length > 1) return cosine(row, own) >= NEAR.cosine;
    return row.every((value, k) => Math.abs(value - own[k]!) <= NEAR.number * Math.max(1, greatest));
  }).length;
  // An input of two texts has two rows.
  return Math.round((near * notebook.says.length) / Math.max(1, rows.length));
}
function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    ab += x * b[i]!;
    aa += x * x;
    bb += b[i]! * b[i]!;
  });
  return ab / Math.sqrt(aa * bb);
}

function tokensIn(notebook: Answers, deployed: Answers, difference: number): NonNullable<Comparison["tokens"]> {
  let [agree, of, first, parted, even] = [0, 0, 0, 0, 0];
  notebook.tokens?.forEach((row, i) => {
    const own = deployed.tokens?.[i] ?? [];
    if (row[0] === own[0]) first++;
    const at = partingOf(row, own);
    agree += at;
    of += Math.max(row.length, own.length);
    if (at === row.length && at === own.length) return;
    parted++;
    if ((notebook.leads?.[i]?.[at] ?? Infinity) <= 2 * difference) even++;
  });
  return { agree, of, first, parted, even };
}

/** Tokens up to the first that is otherwise. */
function partingOf(row: readonly number[], own: readonly number[]): number {
  const at = row.findIndex((token, k) => own[k] !== token);
  return at < 0 ? row.length : at;
}

/** What must agree of a rounded model's answers, unless its target says more. */
const AGREEMENT = 0.75;
/** Of so few made-up inputs some lie between two answers, where rounding decides: rows tell more. */
const FEW = 100;

export function verdictOf(
  { difference, greatest, agree, inputs, tokens }: Comparison,
  { tolerance, agreement = AGREEMENT }: Pick<Written, "tolerance" | "agreement">,
): Verdict {
  if (tolerance === null) {
    // Texts part at the first token that is otherwise: of them the numbers of the first token tell, and where there are none,
    // how often it is the same.
    const wanted = inputs < FEW ? Math.min(agreement, AGREEMENT) : agreement;
    const share = !tokens ? agree / inputs : difference === null ? tokens.first / inputs : 1;
    const near = difference === null || difference <= ROUNDED * Math.max(1, greatest);
    return share >= wanted && near ? "agrees" : "differs";
  }
  const near = difference === null || difference <= tolerance * Math.max(1, greatest);
  const same = tokens ? tokens.parted === tokens.even : agree === inputs;
  return near && same ? "equal" : "differs";
}
/** Of the greatest number: beyond it a rounded model's answers have nothing to do with the notebook's. */
const ROUNDED = 0.35;
