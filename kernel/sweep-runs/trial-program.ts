/** The program of one trial, compiled: what it trains, and what tells it from the same values on other data or another base. */
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { HostContext } from "../host/host-context.js";
import { modelKeys, trialText } from "../study/trial-text.js";
import { compileAll, type CompileOptions } from "../session/answers/host.js";

/** What it is compiled with: of a session, and of the source that the sweep stands in. */
export interface TrialProgramContext {
  readonly session: Required<Pick<CompileOptions, "datasets" | "earlierCells">> & {
    readonly vocabulary: { readonly registry: Registry };
    readonly models: { trained(): Readonly<Record<string, string>> };
  };
  readonly stage: { readonly hostContext: HostContext; readonly sources: readonly Source[] };
  readonly sweep: SweepPlan;
}
export interface TrialProgram {
  /** Of its one training, or of as many as it has seeds. */
  readonly plans: readonly { readonly name: string; readonly plan: Plan }[];
  /** Hash of all that can change a number in what comes of it. */
  readonly recipe: string;
  /** Hash of the data that it is trained and scored on. */
  readonly data: string | null;
}
/** In place of a recipe's hash: the checker took no such program. */
export const REFUSED_RECIPE = "refused";

/** `as`: the run's name. */
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
