/** Phases of a program as the notebook draws them: the data, the plan, the graph and the tensor program. */
import { outlineOf } from "#dsl/tensor/outline.js";
import { printProgram } from "#dsl/tensor/print.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { dataPreview } from "#kernel/display/data/data-preview.js";
import { graphView } from "#kernel/display/plans/graph-card.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { printable } from "#kernel/host/value-text.js";
import { averageBatchSizes, programPartsWithoutTask, programPartsOf } from "#kernel/bases/programs.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import type { CompilerPhaseView } from "./protocol.js";
import type { PageWorld } from "./world.js";

interface Training {
  readonly name: string;
  readonly plan: Plan;
}

/** For a sweep, returns the trial with the definitions' values. */
export function trainingsIn(actions: readonly Action[]): readonly Training[] {
  return actions.flatMap((action) =>
    action.verb === "train" || action.verb === "federate"
      ? [{ name: action.name, plan: action.plan }]
      : action.verb === "sweep"
        ? [{ name: action.name, plan: action.sweep.plan }]
        : [],
  );
}

export async function drawDataPhase(
  actions: readonly Action[],
  name: string | null,
  world: PageWorld,
): Promise<CompilerPhaseView> {
  const all = actions.flatMap((action) => (action.verb === "data" ? [action] : []));
  const one = all.find((action) => action.name === name) ?? all[0];
  if (!one) return { none: "The program reads no data: begin with `data`." };
  // As the model reads the data, with token lengths, if a model is trained on them.
  const training = trainingsIn(actions).find(({ plan }) => plan.recipe.data.name === one.name);
  const prepared = await world.prepared(one.data, training ? dataReadingSettingsOf(training.plan.recipe.model) : null);
  return drawn(dataPreview(one.data, prepared.facts, prepared.sample, one.told));
}

export async function drawTrainingPhase(
  actions: readonly Action[],
  view: "plan" | "graph" | "program",
  name: string | null,
  world: PageWorld,
): Promise<CompilerPhaseView> {
  const all = trainingsIn(actions);
  const one = all.find((training) => training.name === name) ?? all[0];
  if (!one) return { none: "Nothing is trained here: a `train` statement has a plan and a graph." };
  const { plan } = one;
  if (view === "plan") return drawn(planCardView(plan));
  const { model, data } = plan.recipe;
  const facts = await world.base(dataReadingSettingsOf(model));
  const { labels } = await world.prepared(data, dataReadingSettingsOf(model));
  const encode = async (text: string): Promise<readonly number[]> => {
    const tokenizer = await world.tokenizer(dataReadingSettingsOf(model));
    return Array.from((await tokenizer.encode([text], Number.MAX_SAFE_INTEGER))[0]!);
  };
  const body = await programPartsWithoutTask(model, facts, { encode, adapter: null });
  const { train } = assemblePrograms(await programPartsOf(plan, { facts }, labels, body));
  if (view === "program") return { text: printable(printProgram(train)) };
  const sizes = averageBatchSizes(train, plan);
  return drawn(graphView(outlineOf(train, sizes), { model: one.name, program: "train", sizes }));
}

function drawn({ bundle }: DisplayOutput): CompilerPhaseView {
  return { html: String(bundle["text/html"]) };
}
