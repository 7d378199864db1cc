/**
 * Finds the smallest change that makes a training fit in memory or time. Changes are tried alone and together on the
 * plan's own estimate, and the cheapest is chosen. Cost order: changes without numeric effect, then time or slight
 * precision, then the input, last the technique.
 */
import type { Estimates, RecipePlan } from "../plan/plan.js";
import type { ModelPlan } from "../../language/types/value.js";

/** A new value for one key of the recipe or the model. */
export interface ChangeToFit {
  readonly owner: "recipe" | "model";
  readonly key: string;
  /** The value as written. */
  readonly text: string;
}
export interface PlanOverrides {
  readonly training: Partial<RecipePlan>;
  readonly model: Partial<ModelPlan>;
}
export interface FittingChangeSet {
  readonly changes: readonly ChangeToFit[];
  readonly estimates: Estimates;
  /** Whether the updates are unchanged. */
  readonly same: boolean;
}
/** The changes that may be tried; the caller knows the vocabulary. */
export interface AllowedFitChanges {
  readonly training: RecipePlan;
  readonly model: ModelPlan;
  /** Current effective value of `recompute`. */
  readonly recompute: "none" | "blocks";
  /** Whether gradient accumulation leaves the update unchanged. */
  readonly parts: boolean;
  /** Maximum lengths to try, longest first, all below the current one. */
  readonly lengths: readonly number[];
  /** A parameter-efficient technique, if all weights are trained now. */
  readonly technique: { readonly plan: ModelPlan["technique"]; readonly text: string } | null;
  /** How a frozen base may be stored. */
  readonly storage: { readonly plan: NonNullable<ModelPlan["storage"]>; readonly text: string } | null;
  /** Whether the base is frozen now. */
  readonly frozen: boolean;
}

interface Option {
  readonly cost: number;
  readonly changes: readonly ChangeToFit[];
  readonly over: PlanOverrides;
  readonly same: boolean;
  readonly freezes?: true;
}
const AS_IS: Option = { cost: 0, changes: [], over: { training: {}, model: {} }, same: true };

/** @returns the cheapest change that fits; else the closest by `measure`, with `fits` false */
export function smallestFittingChange(
  levers: AllowedFitChanges,
  estimated: (over: PlanOverrides) => Estimates,
  measure: (estimates: Estimates) => number,
  limit: number,
): (FittingChangeSet & { readonly fits: boolean }) | undefined {
  const tried: (Option & { readonly estimates: Estimates })[] = [];
  for (const technique of [AS_IS, ...techniqueOf(levers)])
    for (const storage of [AS_IS, ...storageOf(levers, technique.freezes === true)])
      for (const length of [AS_IS, ...lengthsOf(levers)])
        for (const precision of [AS_IS, ...precisionOf(levers)])
          for (const recompute of [AS_IS, ...recomputeOf(levers)])
            for (const batch of [AS_IS, ...batchesOf(levers)]) {
              const option = [batch, recompute, precision, length, storage, technique].reduce(joined);
              if (option.changes.length > 0) tried.push({ ...option, estimates: estimated(option.over) });
            }
  const fitting = tried.filter(({ estimates }) => measure(estimates) <= limit);
  const best =
    fitting.toSorted((a, b) => a.cost - b.cost)[0] ??
    tried.toSorted((a, b) => measure(a.estimates) - measure(b.estimates) || a.cost - b.cost)[0];
  return best && { changes: best.changes, estimates: best.estimates, same: best.same, fits: fitting.length > 0 };
}

function joined(a: Option, b: Option): Option {
  return {
    cost: a.cost + b.cost,
    changes: [...a.changes, ...b.changes],
    over: { training: { ...a.over.training, ...b.over.training }, model: { ...a.over.model, ...b.over.model } },
    same: a.same && b.same,
  };
}
const inRecipe = (key: string, text: string | number): ChangeToFit => ({ owner: "recipe", key, text: String(text) });
const inModel = (key: string, text: string | number): ChangeToFit => ({ owner: "model", key, text: String(text) });

/** Returns smaller batches with accumulation that give the same update. */
function batchesOf({ training: { batch_size, accumulate }, parts }: AllowedFitChanges): Option[] {
  const whole = batch_size * accumulate;
  const sizes = Array.from({ length: batch_size - 1 }, (_, i) => batch_size - 1 - i).filter((n) => whole % n === 0);
  return sizes.map((size) => ({
    cost: (parts ? 1 : 12) + 0.2 * Math.log2(batch_size / size),
    changes: [inRecipe("batch_size", size), inRecipe("accumulate", whole / size)],
    over: { training: { batch_size: size, accumulate: whole / size }, model: {} },
    same: parts,
  }));
}
function recomputeOf({ recompute }: AllowedFitChanges): Option[] {
  if (recompute === "blocks") return [];
  return [
    {
      cost: 3,
      changes: [inRecipe("recompute", "blocks")],
      over: { training: { recompute: "blocks" }, model: {} },
      same: true,
    },
  ];
}
function precisionOf({ training: { precision } }: AllowedFitChanges): Option[] {
  if (precision === "bf16") return [];
  return [
    {
      cost: 6,
      changes: [inRecipe("precision", "bf16")],
      over: { training: { precision: "bf16" }, model: {} },
      same: false,
    },
  ];
}
function storageOf({ storage, model, frozen }: AllowedFitChanges, freezes: boolean): Option[] {
  if (!storage || model.storage || !(frozen || freezes)) return [];
  return [
    {
      cost: 8,
      changes: [inModel("storage", storage.text)],
      over: { training: {}, model: { storage: storage.plan } },
      same: false,
    },
  ];
}
function lengthsOf({ lengths, model: { max_length } }: AllowedFitChanges): Option[] {
  return lengths.map((length) => ({
    cost: 10 + 4 * Math.log2(max_length / length),
    changes: [inModel("max_length", length)],
    over: { training: {}, model: { max_length: length } },
    same: false,
  }));
}
function techniqueOf({ technique, frozen }: AllowedFitChanges): Option[] {
  if (!technique || frozen) return [];
  return [
    {
      cost: 14,
      changes: [inModel("technique", technique.text)],
      same: false,
      freezes: true,
      over: { training: {}, model: { technique: technique.plan } },
    },
  ];
}
