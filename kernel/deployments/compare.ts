/** Compares two models' outputs for the same inputs: the difference of their numbers, and how often they agree. */
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import type { RuntimeAnswers } from "./runtime-answers.js";

export interface AnswerComparison {
  readonly inputs: number;
  /**
   * Greatest difference of a number (null: the runtime returns no numbers), and the notebook's greatest absolute
   * number.
   */
  readonly difference: number | null;
  readonly greatest: number;
  /** Inputs with equal predictions. */
  readonly agree: number;
  readonly tokens?: {
    /**
     * Set if each token was predicted after the notebook's own tokens (teacher forcing). Otherwise a text is compared
     * up to its first difference.
     */
    readonly told?: true;
    readonly agree: number;
    readonly of: number;
    /** Inputs with an equal first token. */
    readonly first: number;
    /**
     * Positions with different tokens; `even`: those where the two best tokens are closer than the numbers differ, so
     * that either is correct.
     */
    readonly parted: number;
    readonly even: number;
  };
}
/** `equal`: within the tolerance. `agrees`: rounded, with sufficient agreement. */
export type DeploymentVerdict = "equal" | "agrees" | "differs";

export function compareAnswers(notebook: RuntimeAnswers, deployed: RuntimeAnswers): AnswerComparison {
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

function same(notebook: RuntimeAnswers, deployed: RuntimeAnswers, i: number): boolean {
  const [row, deployedRow] = [notebook.tokens?.[i] ?? [], deployed.tokens?.[i] ?? []];
  return row.length === deployedRow.length && partingOf(row, deployedRow) === row.length;
}

function apart(notebook: RuntimeAnswers, deployed: RuntimeAnswers): Pick<AnswerComparison, "difference" | "greatest"> {
  let difference = numbersApart(notebook, deployed);
  let greatest = 0;
  for (const row of notebook.numbers ?? []) for (const value of row) greatest = Math.max(greatest, Math.abs(value));
  if (!deployed.numbers || !notebook.numbers) return { difference: null, greatest };
  if (deployed.numbers.length !== notebook.numbers.length) difference = Infinity;
  // A lead is the difference of two numbers, so each of them may be off by half of its deviation.
  for (const [i, row] of (notebook.leads ?? []).entries()) {
    const deployedLeads = deployed.leads?.[i];
    const [tokens, others] = [notebook.tokens?.[i] ?? [], deployed.tokens?.[i] ?? []];
    const until = deployed.forced ? tokens.length : partingOf(tokens, others);
    const alike = (leads: Float32Array): Float32Array =>
      leads.filter((_, index) => index < until && tokens[index] === others[index]);
    if (deployedLeads) difference = Math.max(difference, mostOf(alike(row), alike(deployedLeads)) / 2);
  }
  return { difference, greatest };
}

/** Compares logits and vectors only. */
function numbersApart(notebook: RuntimeAnswers, deployed: RuntimeAnswers): number {
  return (notebook.numbers ?? []).reduce((most, row, i) => {
    const deployedNumbers = deployed.numbers?.[i];
    return deployedNumbers
      ? Math.max(most, deployedNumbers.length === row.length ? mostOf(row, deployedNumbers) : Infinity)
      : most;
  }, 0);
}

function mostOf(row: Float32Array, deployedRow: Float32Array): number {
  let most = 0;
  for (let k = 0; k < row.length; k++) {
    const [a, b] = [row[k]!, deployedRow[k]!];
    // A comparison with NaN fails every bound.
    if (!(Math.abs(a - b) <= most) && !Object.is(a, b)) most = Number.isNaN(a - b) ? Infinity : Math.abs(a - b);
  }
  return most;
}

/**
 * Tolerances of numeric predictions: the deviation as a share of the greatest number, and the minimum cosine of two
 * vectors.
 */
const NEAR = { number: 0.02, cosine: 0.97 };
/** Returns the number of inputs whose numbers are within these tolerances. */
function alike(notebook: RuntimeAnswers, deployed: RuntimeAnswers, greatest: number): number {
  const rows = notebook.numbers ?? [];
  const near = rows.filter((row, i) => {
    const deployedNumbers = deployed.numbers?.[i];
    if (deployedNumbers?.length !== row.length) return false;
    if (row.length > 1) return cosine(row, deployedNumbers) >= NEAR.cosine;
    return row.every((value, k) => Math.abs(value - deployedNumbers[k]!) <= NEAR.number * Math.max(1e-6, greatest));
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

function tokensIn(notebook: RuntimeAnswers, deployed: RuntimeAnswers): NonNullable<AnswerComparison["tokens"]> {
  const near = 2 * numbersApart(notebook, deployed);
  let [agree, total, first, parted, even] = [0, 0, 0, 0, 0];
  notebook.tokens?.forEach((row, i) => {
    const deployedRow = deployed.tokens?.[i] ?? [];
    const length = Math.max(row.length, deployedRow.length);
    if (row[0] === deployedRow[0]) first++;
    total += length;
    for (let index = 0; index < length; index++) {
      if (row[index] === deployedRow[index]) {
        agree++;
        continue;
      }
      parted++;
      if ((notebook.leads?.[i]?.[index] ?? Infinity) <= near) even++;
      if (!deployed.forced) break;
    }
  });
  return { ...(deployed.forced && { told: true }), agree, of: total, first, parted, even };
}

/** Returns the number of tokens before the first difference. */
function partingOf(row: readonly number[], deployedRow: readonly number[]): number {
  const index = row.findIndex((token, k) => deployedRow[k] !== token);
  return index < 0 ? row.length : index;
}

/** Minimum agreement of a rounded model, unless its target defines one. */
const AGREEMENT = 0.75;
/** Minimum agreement of tokens if the runtime returns no leads. */
const TOKENS = 0.5;
/** With fewer golden inputs, ties decided by rounding weigh too much; scored rows are more informative. */
const FEW = 100;
/** Lower bound of the reference magnitude: small numbers are sums of larger ones, and differ like these. */
const SMALL = 0.1;
/** Maximum difference as a share of the greatest number; a rounded model beyond it is unrelated to the notebook's. */
const ROUNDED = 0.35;

export function parityVerdict(
  compared: AnswerComparison,
  { tolerance, agreement = AGREEMENT }: Pick<DeploymentResult, "tolerance" | "agreement">,
): DeploymentVerdict {
  const { difference, greatest, agree, inputs, tokens } = compared;
  if (inputs === 0) return "differs"; // without inputs, nothing is proved
  const within = (share: number): boolean => difference === null || difference <= share * Math.max(SMALL, greatest);
  if (tolerance !== null)
    return within(tolerance) && (tokens ? tokens.parted === tokens.even : agree === inputs) ? "equal" : "differs";
  const wanted = inputs < FEW ? Math.min(agreement, AGREEMENT) : agreement;
  const isAgreement = tokens
    ? tokensSaid(tokens, difference) >= (difference === null ? TOKENS : wanted)
    : agree / inputs >= wanted;
  return isAgreement && within(ROUNDED) ? "agrees" : "differs";
}

/** Returns the share of tokens that are equal or within rounding. */
function tokensSaid(
  { told: forced, agree, even, of: total, first }: NonNullable<AnswerComparison["tokens"]>,
  difference: number | null,
): number {
  // Without teacher forcing, nothing after the first difference is comparable.
  if (!forced) return agree > 0 || first > 0 ? (difference === null ? agree / total : 1) : 0;
  return (agree + even) / total;
}
