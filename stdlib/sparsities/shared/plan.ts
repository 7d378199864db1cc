/** Computes a model's sizes after pruning from its config and shapes, before any weight is read. */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { BaseFacts, DerivedBase } from "#dsl/language/types/facts.js";
import type { PrunableUnits } from "../../models/shared/prunable-parts.js";
import { prunedUnitCount, shapesAfterPruning } from "./prune.js";
import { headUnitsOf, innerUnitsOf } from "./units.js";

export interface PruningShares {
  readonly heads: number;
  readonly inner: number;
}
/** Units to prune, and how many of them. */
export interface UnitsToPrune {
  readonly units: PrunableUnits;
  /** Number of units removed from each block. */
  readonly gone: number;
}
type Facts = Pick<BaseFacts, "config" | "shapes">;

/** Returns the shares from the call, 0 by default. */
export function pruningSharesOf(options: { readonly heads?: unknown; readonly feed_forward?: unknown }): PruningShares {
  const share = (value: unknown): number =>
    typeof value === "object" && value !== null && "share" in value ? Number(value.share) : 0;
  return { heads: share(options.heads), inner: share(options.feed_forward) };
}

/** Plans the heads first. */
export function planPruning(
  { heads, inner }: PruningShares,
  { config, shapes }: Facts,
  family: FamilyCapabilities | undefined,
): readonly UnitsToPrune[] | Refusal {
  const prunes = family?.prunes;
  if (!prunes)
    return {
      why: `the positions of its heads and inner layers are unknown for ${family?.modelType ?? "it"}`,
      instead: OTHER,
    };
  const checkpoint = { config, shapes, inOut: family.weightLayout === "in_out" };
  const going: UnitsToPrune[] = [];
  if (heads > 0) {
    if ("why" in prunes.heads) return { why: prunes.heads.why, instead: "remove `heads`, and use `feed_forward`" };
    const one = goingOn(headUnitsOf(prunes.heads, checkpoint), heads, "heads");
    if ("why" in one) return one;
    going.push(one);
  }
  if (inner > 0) {
    const one = goingOn(innerUnitsOf(prunes.inner, checkpoint), inner, "feed_forward");
    if ("why" in one) return one;
    going.push(one);
  }
  return going;
}
const OTHER = "use `distill`, or `quantize`";

function goingOn(units: PrunableUnits | null, share: number, key: string): UnitsToPrune | Refusal {
  if (!units) return { why: "its layers aren't called as the family's are", instead: OTHER };
  if (share === 1)
    return {
      why: `of the ${String(units.count)} ${units.are} of a block at least one must stay`,
      instead: `write \`${key}: 90%\` or less`,
    };
  const gone = prunedUnitCount(units, share);
  if (gone > 0) return { units, gone };
  const may = Array.from({ length: units.count }, (_, left) => left).filter((left) => left > 0 && units.fits(left));
  const nearest = may.at(-1);
  const has = `a block has ${String(units.count)} ${units.are}`;
  if (nearest === undefined) return { why: `${has}, of which none can go`, instead: `remove \`${key}\`` };
  const least = Math.ceil((100 * (units.count - nearest)) / units.count);
  return {
    why: `${has}, ${String(Math.round(100 * share))}% of which is zero`,
    instead: `write \`${key}: ${String(least)}%\` or more`,
  };
}

/** Which units are removed depends on the weights. For the plan, the last ones in each block are assumed. */
export function planPrunedSizes(
  shares: PruningShares,
  facts: Facts,
  family: FamilyCapabilities | undefined,
): DerivedBase | Refusal {
  const going = planPruning(shares, facts, family);
  if ("why" in going) return going;
  return going.reduce<DerivedBase>(
    ({ config, shapes }, { units, gone }) => {
      const keptUnits = units.slabs.map(() => Array.from({ length: units.count - gone }, (_, unit) => unit));
      return { config: { ...config, ...units.config(keptUnits) }, shapes: shapesAfterPruning(units, gone, shapes) };
    },
    { config: facts.config, shapes: facts.shapes },
  );
}
