/**
 * Compiles the program of one trial: what it trains, and the hashes that distinguish it from the same values on other
 * data or another base.
 */
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { HostContext } from "../host/host-context.js";
import { modelKeys, trialText } from "../study/trial-text.js";
import { compileAll, type CompileOptions } from "../session/answers/host.js";

/** Context of the compilation: the session, and the source that contains the sweep. */
export interface TrialProgramContext {
  readonly session: Required<Pick<CompileOptions, "datasets" | "earlierCells">> & {
    readonly vocabulary: { readonly registry: Registry };
    readonly models: { trained(): Readonly<Record<string, string>> };
  };
  readonly stage: { readonly hostContext: HostContext; readonly sources: readonly Source[] };
  readonly sweep: SweepPlan;
}
export interface TrialProgram {
  /** Plans of its trainings: one, or one per seed. */
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  /** Hash of everything that can change a number in its result. */
  readonly recipe: string;
  /** Hash of the data that it is trained and scored on. */
  readonly data: string | null;
}
/** Stored instead of a recipe's hash if the checker refused the program. */
export const REFUSED_RECIPE = "refused";

/** @param as name of the run */
export async function trialProgram(
  { session, stage, sweep }: TrialProgramContext,
  values: Readonly<Record<string, string>>,
  as: string,
): Promise<TrialProgram | { readonly refused: string }> {
  const repeats = sweep.repeats ?? 1;
  const settings = repeats > 1 ? { ...values, repeats: String(repeats) } : values;
  const source = { id: `sweep:${as}`, title: as, text: trialText(sweep, settings, modelKeys(), as) };
  const { diagnostics, actions } = await compileAll([...stage.sources, source], {
    hostContext: stage.hostContext,
    datasets: session.datasets,
    registry: session.vocabulary.registry,
    earlierCells: session.earlierCells,
    trained: session.models.trained(),
  });
  const action = actions?.find((a) => a.verb === "train");
  if (!action) return { refused: diagnostics.find((d) => d.severity === "error")?.code ?? "internal" };
  const { plan } = action;
  return {
    plans: action.repeats?.each ?? [{ name: as, plan }],
    recipe: action.repeats?.recipeHash ?? plan.recipeHash,
    data: plan.recipe.dataHash,
  };
}
