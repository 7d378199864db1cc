/** `sweep`: what varies, how it is searched, what is the goal. A trial is a Tune program of its own, made by the host. */
import type { Header } from "../types/header.js";
import { keysOf } from "../types/keys.js";
import type { Draft, Program } from "../plan/program.js";
import { replace } from "../diagnostics/reporter.js";
import type { Span } from "../diagnostics/span.js";
import type { Entry } from "../syntax/tree.js";
import { formOf } from "../types/shapes.js";
import { fill } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import { checkMetrics } from "../plan/metrics.js";
import { draftOf } from "./names.js";
import type { Plan, SweepPlan } from "../plan/plan.js";
import { spacesOf } from "../plan/spaces.js";
import type { Given } from "../types/given.js";
import type { Call } from "../types/value.js";
import { act, nameOf } from "./act.js";
import { dividedBy, planTraining, settingsOf } from "./training.js";
import { experimentsUnder } from "../plan/version.js";
import { greaterIsBetter } from "../plan/watched.js";

const VARY = "vary";

export function sweep(program: Program, header: Header): void {
  const { statement, verb } = header;
  const entries = statement.block?.entries ?? [];
  const varied = entries.find((e) => e.key.text === VARY);
  const own = keysOf(
    program,
    entries.filter((e) => e !== varied),
    verb,
    verb.parameters,
  );
  const swept = sweptBy(program, header);
  const vary = variedBy(program, header, varied, swept);
  const as = nameOf(header.clauses.get("as")?.operands[0]);
  if (as) keep(program, as, swept);
  const goal = goalOf(program, own.given);
  if (!goal && !own.broken && swept.model) program.report("no-goal", {}, statement.verb.span);
  if (program.silent || !as || !header.sound || own.broken || !isWhole(swept)) return;
  const parameters = verb.parameters.filter((p) => p.name !== VARY);
  const { values } = fill(program, parameters, own.given, "", { here: statement.verb.span });
  const plan = planned(program, header, swept, as.text);
  const { search, trials, budget } = values;
  const metric = values["maximize"] ?? values["minimize"];
  if (!goal || !isCall(metric) || !checkGoal(program, header, { ...goal, metric }, plan, swept.model)) return;
  if (!plan || !vary || !isCall(search)) return;
  const found: SweepPlan = {
    model: swept.model.name,
    data: swept.data.name,
    recipe: swept.recipe?.name ?? null,
    vary,
    search,
    trials: typeof trials === "number" ? trials : 10,
    budgetMs: typeof budget === "number" ? budget : null,
    goal: { direction: goal.direction, metric },
    goals: [{ direction: goal.direction, metric }],
    pruner: null,
    plan,
    seed: plan.recipe.training.seed,
  };
  act(program, header, "sweep", { name: as.text, sweep: found });
}

/** What the header names; undefined: it can't be read. `recipe` is null where none is named. */
interface Swept {
  readonly model: Draft | undefined;
  readonly data: Draft | undefined;
  readonly recipe: Draft | null | undefined;
}
interface WholeSwept {
  readonly model: Draft;
  readonly data: Draft;
  readonly recipe: Draft | null;
}

function sweptBy(program: Program, { operands, clauses }: Header): Swept {
  const written = clauses.get("with")?.operands[0];
  return {
    model: draftOf(program, operands[0], "model", "sweep"),
    data: draftOf(program, clauses.get("on")?.operands[0], "data", "on"),
    recipe: written ? draftOf(program, written, "recipe", "with") : null,
  };
}
function isWhole(swept: Swept): swept is WholeSwept {
  return swept.model !== undefined && swept.data !== undefined && swept.recipe !== undefined;
}

/** The spaces after `vary:`; reports what lacks there. */
function variedBy(
  program: Program,
  { statement, verb, sound }: Header,
  varied: Entry | undefined,
  { model, recipe }: Swept,
): SweepPlan["vary"] | undefined {
  if (varied?.value?.is === "block")
    return spacesOf(program, varied.value, model?.given ?? new Map(), recipe?.given ?? new Map());
  if (!varied && sound && model)
    program.report("missing-key", { verb: verb.name, keys: [VARY], example: verb.example }, statement.verb.span);
  else if (varied?.value) {
    const told = { key: VARY, wanted: "a record in `{ }`", found: formOf(varied.value) };
    program.report("wrong-type", told, varied.value.span);
  }
  return undefined;
}

/** The name stands for the sweep's best from now on. */
function keep(
  program: Program,
  { text, span }: { readonly text: string; readonly span: Span },
  { model, recipe }: Swept,
): void {
  program.define(text, span, { is: "sweep" });
  program.sweeps.set(text, {
    here: !program.silent,
    model: model?.given ?? new Map(),
    recipe: recipe?.given ?? new Map(),
  });
}

interface Goal {
  readonly direction: "maximize" | "minimize";
  readonly place: Span;
}
/** The first of the two that is given. */
function goalOf(program: Program, given: ReadonlyMap<string, Given>): Goal | undefined {
  const [maximize, minimize] = [given.get("maximize"), given.get("minimize")];
  if (maximize && minimize) program.report("two-goals", {}, minimize.span);
  if (maximize) return { direction: "maximize", place: maximize.span };
  return minimize && { direction: "minimize", place: minimize.span };
}

/** The training that all trials are changes of. */
function planned(
  program: Program,
  { statement, operands, clauses }: Header,
  { model, data, recipe }: WholeSwept,
  run: string,
): Plan | undefined {
  const here = statement.verb.span;
  const dataAt = clauses.get("on")?.operands[0]?.span ?? here;
  const found = planTraining(program, {
    model,
    data,
    settings: settingsOf(program, { recipe, own: new Map() }),
    experiments: experimentsUnder(program.experiments, [model, data, recipe]),
    run,
    modelAt: operands[0]?.span ?? here,
    dataAt,
    here,
    recipe,
  });
  if (found && !found.plan.recipe.training.validate) {
    const told = { what: "sweep", data: data.name, ...dividedBy(program, found.plan.recipe.data, undefined) };
    program.report("needs-validation", told, dataAt);
  }
  return found?.plan;
}

/** Whether the metric gets better that way, and is one of the model's task. */
function checkGoal(
  program: Program,
  { statement }: Header,
  { direction, metric, place }: Goal & { readonly metric: Call },
  plan: Plan | undefined,
  model: Draft,
): boolean {
  const here = statement.verb.span;
  const better = greaterIsBetter(program.registry, metric) ? "maximize" : "minimize";
  if (better !== direction) {
    const key = statement.block?.entries.find((e) => e.key.text === direction)?.key.span;
    const told = { metric: metric.word, found: direction, instead: better, own: metric.definition !== undefined };
    program.reportNear("wrong-direction", told, key, here, key && { fix: replace(key, better) });
    return false;
  }
  if (!plan) return false;
  const of = { model: model.name, task: plan.recipe.model.task, roles: Object.keys(plan.recipe.data.columns) };
  return checkMetrics(program, [metric.word], of, place, here);
}
