/** Parameters of splits by shares, and their checks before any row is read. */
import { defineParameter } from "#dsl/language/types/define.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call } from "#dsl/language/types/value.js";
import { splitSizesOf } from "./targets.js";

/** A share or a number of rows. */
export const splitShareParameter = <N extends string>(name: N, doc: string) =>
  defineParameter({
    name,
    type: { is: "number", unit: "share-or-count" },
    doc,
    default: { derived: "no such split", from: () => null },
    range: { min: 0, exclusive: true },
    why: "No split is made by default, because it decides what a score means.",
    impact: "high",
  });

/** Names of the splits in other tools. */
export const splitAliases = {
  eval: "validation",
  val_size: "validation",
  train_size: "train",
  test_size: "test",
  val: "validation",
  dev: "validation",
  valid: "validation",
  holdout: "test",
  held_out: "test",
  testing: "test",
  training: "train",
} as const;

/** Checks that at least one split is requested, and that their shares sum to at most 100 %. */
export function checkShares(call: Call, context: WordCheckContext): void {
  const targets = splitSizesOf(call);
  if (targets.length === 0) context.report("no-shares", { split: call.word });
  const share = targets.reduce((sum, t) => sum + (t.share ?? 0), 0);
  if (share > 1 + 1e-9) context.report("shares-too-large", { percent: percent(share) });
}

/**
 * Also checks whether the shares leave rows out. (`hashed` may leave rows out on purpose: its training grows by
 * shares.)
 */
export function checkSharesCoverAllRows(call: Call, context: WordCheckContext): void {
  checkShares(call, context);
  const targets = splitSizesOf(call);
  const share = targets.reduce((sum, t) => sum + (t.share ?? 0), 0);
  // Counts may leave out rows on purpose; shares that don't sum to 100 % are mostly mistakes.
  const all = targets.every((target) => target.share !== undefined) && targets.some(({ split }) => split === "train");
  // Allows three thirds that are written as 33 % each.
  if (all && targets.length > 1 && share < 0.99 - 1e-9)
    context.report("shares-leave-rows", { percent: percent(1 - share) });
}

const percent = (share: number): number => Math.round(share * 1000) / 10;
