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
    /** Inputs whose first token agrees. */ readonly first: number;
  };
}
/** `equal`: within the tolerance. `agrees`: rounded, and it says the same often enough. */
export type Verdict = "equal" | "agrees" | "differs";

export function compare(notebook: Answers, deployed: Answers): Comparison {
  const inputs = notebook.says.length;
  let [difference, greatest] = [0, 0];
  for (const [i, row] of (notebook.numbers ?? []).entries()) {
    const own = deployed.numbers?.[i];
    for (let k = 0; k < row.length; k++) {
      const [a, b] = [row[k]!, own?.[k] ?? Number.NaN];
      greatest = Math.max(greatest, Math.abs(a));
      // Of no number nothing is near.
      if (own && !(Math.abs(a - b) <= difference))
        difference =
          Number.isNaN(a - b) && !(Number.isNaN(a) && Number.isNaN(b))
            ? Infinity
            : Math.max(difference, Math.abs(a - b) || 0);
    }
    if (own && own.length !== row.length) difference = Infinity;
  }
  const agree = notebook.numeric
    ? alike(notebook, deployed, greatest)
    : notebook.says.filter((says, i) => deployed.says[i] === says).length;
  const counted = deployed.numbers !== undefined && notebook.numbers !== undefined;
  if (counted && deployed.numbers.length !== notebook.numbers.length) difference = Infinity;
  return {
    inputs,
    difference: counted ? difference : null,
    greatest,
    agree,
    ...(notebook.tokens && deployed.tokens && { tokens: tokensIn(notebook.tokens, deployed.tokens) }),
  };
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

function tokensIn(
  notebook: readonly (readonly number[])[],
  deployed: readonly (readonly number[])[],
): NonNullable<Comparison["tokens"]> {
  let [agree, of, first] = [0, 0, 0];
  notebook.forEach((row, i) => {
    const own = deployed[i] ?? [];
    if (row[0] === own[0]) first++;
    const apart = row.findIndex((token, k) => own[k] !== token);
    agree += apart < 0 ? (own.length === row.length ? row.length : Math.min(row.length, own.length)) : apart;
    of += Math.max(row.length, own.length);
  });
  return { agree, of, first };
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
  const same = tokens ? tokens.agree === tokens.of : agree === inputs;
  return near && same ? "equal" : "differs";
}
/** Of the greatest number: beyond it a rounded model's answers have nothing to do with the notebook's. */
const ROUNDED = 0.35;
