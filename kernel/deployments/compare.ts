/** Two models' answers to the same inputs: how far their numbers are apart, and how often they say the same. */
import type { DeploymentResult } from "#stdlib/targets/kind.js";
import type { RuntimeAnswers } from "./runtime-answers.js";

export interface AnswerComparison {
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
  // A lead is one number less another: of each that may be half as far off.
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

/** Of logits and vectors alone. */
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
    // Of no number nothing is near.
    if (!(Math.abs(a - b) <= most) && !Object.is(a, b)) most = Number.isNaN(a - b) ? Infinity : Math.abs(a - b);
  }
  return most;
}

/** Of answers that are numbers: how far off one may be, as a share of the greatest, and the least cosine of two vectors. */
const NEAR = { number: 0.02, cosine: 0.97 };
/** Inputs whose numbers are near. */
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

/** Tokens up to the first that is otherwise. */
function partingOf(row: readonly number[], deployedRow: readonly number[]): number {
  const index = row.findIndex((token, k) => deployedRow[k] !== token);
  return index < 0 ? row.length : index;
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
  compared: AnswerComparison,
  { tolerance, agreement = AGREEMENT }: Pick<DeploymentResult, "tolerance" | "agreement">,
): DeploymentVerdict {
  const { difference, greatest, agree, inputs, tokens } = compared;
  if (inputs === 0) return "differs"; // of nothing nothing is proved
  const within = (share: number): boolean => difference === null || difference <= share * Math.max(SMALL, greatest);
  if (tolerance !== null)
    return within(tolerance) && (tokens ? tokens.parted === tokens.even : agree === inputs) ? "equal" : "differs";
  const wanted = inputs < FEW ? Math.min(agreement, AGREEMENT) : agreement;
  const isAgreement = tokens
    ? tokensSaid(tokens, difference) >= (difference === null ? TOKENS : wanted)
    : agree / inputs >= wanted;
  return isAgreement && within(ROUNDED) ? "agrees" : "differs";
}

/** The share of tokens that are the same, or that rounding may decide. */
function tokensSaid(
  { told: forced, agree, even, of: total, first }: NonNullable<AnswerComparison["tokens"]>,
  difference: number | null,
): number {
  // A text that was not told the notebook's tokens says nothing after the first that is otherwise.
  if (!forced) return agree > 0 || first > 0 ? (difference === null ? agree / total : 1) : 0;
  return (agree + even) / total;
}
