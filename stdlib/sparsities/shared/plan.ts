/** What becomes of a model's sizes when parts are taken out: known by its config and shapes before a weight is read. */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { BaseFacts, Made } from "#dsl/language/types/facts.js";
import type { Units } from "../../models/shared/prunable-parts.js";
import { goneOf, shapesWithout } from "./prune.js";
import { headUnits, innerUnits } from "./units.js";

export interface Shares {
  readonly heads: number;
  readonly inner: number;
}
/** Units of which some go. */
export interface Going {
  readonly units: Units;
  /** Of each block. */
  readonly gone: number;
}
type Facts = Pick<BaseFacts, "config" | "shapes">;

/** As the call says them: 0 where nothing is said. */
export function sharesOf(o: { readonly heads?: unknown; readonly feed_forward?: unknown }): Shares {
  const share = (value: unknown): number =>
    typeof value === "object" && value !== null && "share" in value ? Number(value.share) : 0;
  return { heads: share(o.heads), inner: share(o.feed_forward) };
}

/** Heads first. */
export function goingOf(
  { heads, inner }: Shares,
  { config, shapes }: Facts,
  family: FamilyCapabilities | undefined,
): readonly Going[] | Refusal {
  const prunes = family?.prunes;
  if (!prunes)
    return { why: `where its heads and inner layers are isn't known of ${family?.modelType ?? "it"}`, instead: OTHER };
  const of = { config, shapes, inOut: family.layout === "in_out" };
  const going: Going[] = [];
  if (heads > 0) {
    if ("why" in prunes.heads) return { why: prunes.heads.why, instead: "leave `heads` out, and take `feed_forward`" };
    const one = goingOn(headUnits(prunes.heads, of), heads, "heads");
    if ("why" in one) return one;
    going.push(one);
  }
  if (inner > 0) {
    const one = goingOn(innerUnits(prunes.inner, of), inner, "feed_forward");
    if ("why" in one) return one;
    going.push(one);
  }
  return going;
}
const OTHER = "take `distill`, or `quantize`";

function goingOn(units: Units | null, share: number, key: string): Going | Refusal {
  if (!units) return { why: "its layers aren't called as the family's are", instead: OTHER };
  if (share === 1)
    return {
      why: `of the ${String(units.count)} ${units.are} of a block at least one stays`,
      instead: `write \`${key}: 90%\` or less`,
    };
  const gone = goneOf(units, share);
  if (gone > 0) return { units, gone };
  const may = Array.from({ length: units.count }, (_, left) => left).filter((left) => left > 0 && units.fits(left));
  const nearest = may.at(-1);
  const has = `a block has ${String(units.count)} ${units.are}`;
  if (nearest === undefined) return { why: `${has}, of which none can go`, instead: `leave \`${key}\` out` };
  const least = Math.ceil((100 * (units.count - nearest)) / units.count);
  return {
    why: `${has}, of which ${String(Math.round(100 * share))}% is none`,
    instead: `write \`${key}: ${String(least)}%\` or more`,
  };
}

/** Which of them go is known when their weights are: config.json says here that it is the last. */
export function prunedSizes(shares: Shares, of: Facts, family: FamilyCapabilities | undefined): Made | Refusal {
  const going = goingOf(shares, of, family);
  if ("why" in going) return going;
  return going.reduce<Made>(
    ({ config, shapes }, { units, gone }) => {
      const kept = units.slabs.map(() => Array.from({ length: units.count - gone }, (_, unit) => unit));
      return { config: { ...config, ...units.config(kept) }, shapes: shapesWithout(units, gone, shapes) };
    },
    { config: of.config, shapes: of.shapes },
  );
}
