/**
 * `train` on data in folds: one training after another, each under its own name and in its own run, shown in one picture. With
 * `resume: true` folds that are trained are taken up as they are.
 */
import type { Action } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { foldsShown, type FoldScores } from "../../core/display/folds.js";
import { RunFolder } from "../../artifacts/run-folder.js";
import { LiveTraining } from "../live.js";
import { loadedWeights } from "../loaded.js";
import { typeOf, type ModelHandle } from "../model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { trainNamed } from "./train-named.js";

type Train = Extract<Action, { verb: "train" }>;

export async function trainFolds(
  session: TuneSession,
  { folds, ...action }: Train & { readonly folds: NonNullable<Train["folds"]> },
  stage: Stage,
  { id, onTrained }: { readonly id: string; readonly onTrained: () => void },
): Promise<void> {
  const handles: ModelHandle[] = [];
  for (const [i, { name, plan }] of folds.entries()) {
    const done = action.resume ? finished(session.runs, name, plan.recipeHash) : null;
    if (done !== null) {
      const handle = session.models.define(plan.recipe.model, name);
      handle.weights = loadedWeights(done);
      handles.push(handle);
      continue;
    }
    const title = `Fold ${String(i + 1)} of ${String(folds.length)}: ${plan.recipe.model.name} on ${plan.recipe.data.name}`;
    const live = new LiveTraining(stage.screen, id, title, plan, { again: i > 0 && handles.some((one) => one.begun) });
    const one = { ...action, name, plan, resume: action.resume && begun(session.runs, name, plan.recipeHash) };
    handles.push(await trainNamed(session, one, stage, { live, onTrained: () => undefined, previewed: false }));
  }
  onTrained();
  const { name, plan } = action;
  session.names.define(
    name,
    { name, folds: handles },
    `{ readonly name: string; readonly folds: readonly (${typeOf(plan.recipe.model)})[] }`,
  );
  stage.screen.display(foldsShown(handles.map(scoresOf), { title: `Folds of ${name}` }));
}

/** What the weights that were kept came to on the fold that was held out. */
function scoresOf({ name, weights }: ModelHandle): FoldScores {
  if (!weights) throw new CodedError("not-trained", { model: name });
  const at = weights.checkpoint.position.step;
  const evaluated = weights.events.flatMap((event) => (event.kind === "evaluated" ? [event] : []));
  const own = evaluated.find(({ step }) => step === at) ?? evaluated.at(-1);
  return { model: name, rows: weights.data.splits["validation"]?.rows ?? 0, metrics: own?.metrics ?? {} };
}

const runsOf = (root: string, name: string, recipeHash: string): readonly RunFolder[] =>
  RunFolder.find(root, recipeHash).filter((run) => run.lock()?.name === name);

/** The newest run of a fold that ended as it was to. */
function finished(root: string, name: string, recipeHash: string): string | null {
  const whole = runsOf(root, name, recipeHash).find((run) =>
    run.events().some((event) => event.kind === "stopped" && (event.reason === "done" || event.reason === "early")),
  );
  return whole?.path ?? null;
}
/** Whether there is a run to go on with: the folds behind the one that was interrupted have none. */
function begun(root: string, name: string, recipeHash: string): boolean {
  return runsOf(root, name, recipeHash).length > 0;
}
