/** Plans a trained name again from the current definitions, to tell whether its recipe changed since the training. */
import type { CompressDraft, DefinitionDraft, NamedTraining, Program } from "../plan/program.js";
import { Reporter } from "../../language/diagnostics/reporter.js";
import type { Span } from "../../language/diagnostics/span.js";
import { bestTrialOf } from "../plan/sweep/best.js";
import { currentDataOf } from "../plan/folds.js";
import { repeatsHash } from "../plan/repeats.js";
import type { Recipe } from "../plan/plan.js";
import { planTraining } from "./plan-training.js";
import { trainingSettingsOf } from "./settings.js";
import { replanUpdateStage } from "./update/plan-update.js";
import { planFederation } from "./plan-federation.js";
import { planCompressStage } from "./plan-compression.js";

/** Returns a definition overridden by the settings of a sweep's best trial. */
function over(draft: DefinitionDraft, given: DefinitionDraft["given"] | undefined): DefinitionDraft {
  return given ? { ...draft, given: new Map([...draft.given, ...given]) } : draft;
}

/** Returns the run's recipe from the current definitions, if it differs from the recipe of the weights. */
export function currentRecipeIfChanged(
  program: Program,
  run: NamedTraining,
  name: string,
  present: string,
  here: Span,
): Recipe | undefined {
  const best = run.best && bestTrialOf(program, run.best);
  if (best === null) return undefined;
  const begun = run.begunBest && bestTrialOf(program, run.begunBest);
  if (begun === null) return undefined;
  const model = over(program.names.get(run.model.name)?.draft ?? run.model, (best ?? begun)?.model);
  const data = over(currentDataOf(program, run), best?.data);
  // Warnings about its settings were reported where it was trained.
  const { reporter } = program;
  program.reporter = new Reporter();
  const recipe = run.recipe ? (program.names.get(run.recipe.name)?.draft ?? run.recipe) : null;
  const { update, federated, compress } = run;
  const planned = federated
    ? planFederation(program, { ...run, model, data, recipe, federated: today(program, federated) }, name, {
        modelAt: here,
        dataAt: [here],
        here,
      })
    : compress
      ? planCompressStage(program, compressedToday(program, { ...run, compress, data, recipe }), name, {
          modelAt: here,
          dataAt: [here],
          stageAt: here,
          here,
        })
      : update
        ? replanUpdateStage(program, { ...run, model, update }, name, here)
        : planTraining(program, {
            model,
            data,
            recipe,
            settings: trainingSettingsOf(
              program,
              best ? { ...run, ownSettings: new Map([...best.recipe, ...run.ownSettings]) } : run,
            ),
            run: name,
            modelAt: here,
            dataAt: here,
            here,
          });
  const errors = program.reporter.diagnostics.filter((d) => d.severity === "error");
  program.reporter = reporter;
  for (const d of errors) program.reporter.report(d.code, d.data, d.span, d.fix ? { fix: d.fix } : {});
  if (planned === undefined) return undefined;
  const { plan } = planned;
  const hash = run.repeats === undefined ? plan.recipeHash : repeatsHash(plan.recipeHash, run.repeats);
  return hash === present ? undefined : plan.recipe;
}

/** Returns a `compress` step rebuilt from the current definitions. */
function compressedToday<R extends NamedTraining & { readonly compress: CompressDraft }>(program: Program, run: R): R {
  const unlabelled = run.compress.unlabelled.map((draft) => program.names.get(draft.name)?.draft ?? draft);
  return { ...run, compress: { ...run.compress, unlabelled } };
}

/** Returns further clients' data as currently defined. */
function today(
  program: Program,
  federated: NonNullable<NamedTraining["federated"]>,
): NonNullable<NamedTraining["federated"]> {
  const others = federated.others.map((draft) => program.names.get(draft.name)?.draft ?? draft);
  return { ...federated, others };
}
