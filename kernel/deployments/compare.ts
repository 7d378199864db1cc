/** Two models' answers to the same inputs: how far their numbers are apart, and how often they say the same. */
import type { Written } from "#stdlib/targets/kind.js";
import type { Answers } from "./runtime-answers.js";

export interface Comparison {
  readonly inputs: number;
  /** Greatest difference of a number, and the greatest number of the notebook's; null: the runtime gives none. */
  readonly difference: number | null;
  readonly greatest: number;
  /** Inputs of which both say the same. */
  readonly agree: number;
  /** Of what is written. */
  readonly tokens?: {
    /** Each token was asked for after the notebook's own; else a text is compared up to the first that is otherwise. */
    readonly told?: true;
    readonly agree: number;
    readonly of: number;
    /** Inputs whose first token agrees. */
    readonly first: number;
    /** Places that are otherwise, and those of them where two tokens are nearer than numbers differ: either may come. */
    readonly parted: number;
    readonly even: number;
  };
}
/** `equal`: within the tolerance. `agrees`: rounded, and it says the same often enough. */
export type Verdict = "equal" | "agrees" | "differs";

export function compare(notebook: Answers, deployed: Answers): Comparison {
  const inputs = notebook.says.length;
  const { difference, greatest } = apart(notebook, deployed);
  const tokens = notebook.tokens && deployed.tokens;
  const agree = notebook.numeric
    ? alike(notebook, deployed, greatest)
    : notebook.says.filter((says, i) => (tokens ? same(notebook, deployed, i) : deployed.says[i] === says)).length;
  return {
    inputs,
    difference,
    greatest,
    agree,
    ...(tokens && { tokens: tokensIn(notebook, deployed) }),
  };
}

function same(notebook: Answers, deployed: Answers, i: number): boolean {
  const [row, own] = [notebook.tokens?.[i] ?? [], deployed.tokens?.[i] ?? []];
  return row.length === own.length && partingOf(row, own) === row.length;
}

function apart(notebook: Answers, deployed: Answers): Pick<Comparison, "difference" | "greatest"> {
  let difference = numbersApart(notebook, deployed);
  let greatest = 0;
  for (const row of notebook.numbers ?? []) for (const value of row) greatest = Math.max(greatest, Math.abs(value));
  if (!deployed.numbers || !notebook.numbers) return { difference: null, greatest };
  if (deployed.numbers.length !== notebook.numbers.length) difference = Infinity;
  // A lead is one number less another: of each that may be half as far off.
  for (const [i, row] of (notebook.leads ?? []).entries()) {
    const own = deployed.leads?.[i];
    const [tokens, others] = [notebook.tokens?.[i] ?? [], deployed.tokens?.[i] ?? []];
    const until = deployed.told ? tokens.length : partingOf(tokens, others);
    const alike = (of: Float32Array): Float32Array => of.filter((_, at) => at < until && tokens[at] === others[at]);
    if (own) difference = Math.max(difference, mostOf(alike(row), alike(own)) / 2);
  }
  return { difference, greatest };
}

/** Of logits and vectors alone. */
function numbersApart(notebook: Answers, deployed: Answers): number {
  return (notebook.numbers ?? []).reduce((most, row, i) => {
    const own = deployed.numbers?.[i];
    return own ? Math.max(most, own.length === row.length ? mostOf(row, own) : Infinity) : most;
  }, 0);
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
    return row.every((value, k) => Math.abs(value - own[k]!) <= NEAR.number * Math.max(1e-6, greatest));
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

function tokensIn(notebook: Answers, deployed: Answers): NonNullable<Comparison["tokens"]> {
  const near = 2 * numbersApart(notebook, deployed);
  let [agree, of, first, parted, even] = [0, 0, 0, 0, 0];
  notebook.tokens?.forEach((row, i) => {
    const own = deployed.tokens?.[i] ?? [];
    const length = Math.max(row.length, own.length);
    if (row[0] === own[0]) first++;
    of += length;
    for (let at = 0; at < length; at++) {
      if (row[at] === own[at]) {
        agree++;
        continue;
      }
      parted++;
      if ((notebook.leads?.[i]?.[at] ?? Infinity) <= near) even++;
      if (!deployed.told) break;
    }
  });
  return { ...(deployed.told && { told: true }), agree, of, first, parted, even };
}

/** Tokens up to the first that is otherwise. */
function partingOf(row: readonly number[], own: readonly number[]): number {
  const at = row.findIndex((token, k) => own[k] !== token);
  return at < 0 ? row.length : at;
}

/** What must agree of a rounded model's answers, unless its target says more. */
const AGREEMENT = 0.75;
/** Of tokens whose runtime doesn't tell how near others were. */
const TOKENS = 0.5;
/** Of so few made-up inputs some lie between two answers, where rounding decides: rows tell more. */
const FEW = 100;
/** Numbers that are all small differ as if this were the greatest: they are sums of larger ones. */
const SMALL = 0.1;
/** Of the greatest number: beyond it a rounded model's answers have nothing to do with the notebook's. */
const ROUNDED = 0.35;

export function verdictOf(
  compared: Comparison,
  { tolerance, agreement = AGREEMENT }: Pick<Written, "tolerance" | "agreement">,
): Verdict {
  const { difference, greatest, agree, inputs, tokens } = compared;
  if (inputs === 0) return "differs"; // of nothing nothing is proved
  const within = (share: number): boolean => difference === null || difference <= share * Math.max(SMALL, greatest);
  if (tolerance !== null)
    return within(tolerance) && (tokens ? tokens.parted === tokens.even : agree === inputs) ? "equal" : "differs";
  const wanted = inputs < FEW ? Math.min(agreement, AGREEMENT) : agreement;
  const said = tokens
    ? tokensSaid(tokens, difference) >= (difference === null ? TOKENS : wanted)
    : agree / inputs >= wanted;
  return said && within(ROUNDED) ? "agrees" : "differs";
}

/** The share of tokens that are the same, or that rounding may decide. */
function tokensSaid(
  { told, agree, even, of, first }: NonNullable<Comparison["tokens"]>,
  difference: number | null,
): number {
  // A text that was not told the notebook's tokens says nothing after the first that is otherwise.
  if (!told) return agree > 0 || first > 0 ? (difference === null ? agree / of : 1) : 0;
  return (agree + even) / of;
}
