/** The splits requested of `random`: every argument that is a share or a number of rows. */
import type { Call } from "#dsl/language/types/value.js";

export type SplitTarget =
  | { readonly split: string; readonly share: number; readonly count?: never; readonly rest?: never }
  | { readonly split: string; readonly count: number; readonly share?: never; readonly rest?: never }
  /** All rows that no other split takes; at most one split may be this. */
  | { readonly split: string; readonly rest: true; readonly share?: never; readonly count?: never };

export function splitSizesOf(call: Call): readonly SplitTarget[] {
  return Object.entries(call.arguments).flatMap(([split, value]): SplitTarget[] => {
    if (typeof value === "number") return [{ split, count: value }];
    if (split === "train" && value === "rest") return [{ split, rest: true }];
    return typeof value === "object" && value !== null && "share" in value
      ? [{ split, share: value.share as number }]
      : [];
  });
}

/** Returns the number of rows of each target; shares are rounded so that the total is correct (largest remainder). */
export function splitRowCounts(targets: readonly SplitTarget[], rows: number): number[] {
  const requested = targets.map((t) => t.count ?? (t.share ?? 0) * rows);
  const rest = Math.max(0, rows - requested.reduce((a, b) => a + b, 0));
  const exact = requested.map((x, i) => (targets[i]?.rest ? rest : x));
  const whole = exact.map((x) => Math.floor(x + 1e-9));
  const wanted = Math.round(exact.reduce((a, b) => a + b, 0) + 1e-9);
  const byRemainder = exact.map((x, i) => [x - whole[i]!, i] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  let left = wanted - whole.reduce((a, b) => a + b, 0);
  for (const [, i] of byRemainder) {
    if (left-- <= 0) break;
    whole[i]!++;
  }
  return whole;
}
