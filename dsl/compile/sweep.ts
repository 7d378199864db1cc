/** `sweep`: what varies, how it is searched, what is the goal. A trial is a Tune program of its own, made by the host. */
import type { Header } from "../types/header.js";
import { keysOf } from "../types/keys.js";
import type { Program } from "../plan/program.js";
import { replace } from "../diagnostics/reporter.js";
import { formOf } from "../types/shapes.js";
import { fill } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import { checkMetrics } from "../plan/metrics.js";
import { draftOf } from "./names.js";
import type { SweepPlan } from "../plan/plan.js";
import { spacesOf } from "../plan/spaces.js";
import { act, nameOf } from "./act.js";
import { dividedBy, planTraining, settingsOf } from "./training.js";
import { experimentsUnder } from "../plan/version.js";
import { greaterIsBetter } from "../plan/watched.js";

export function sweep(program: Program, header: Header): void {
  const { clauses, statement, verb } = header;
  const entries = statement.block?.entries ?? [];
  const varied = entries.find((e) => e.key.text === "vary");
  const own = keysOf(
    program,
    entries.filter((e) => e !== varied),
    verb,
    verb.parameters,
  );
  const [operand] = header.operands;
  const model = operand && draftOf(program, operand, "model", "sweep");
  const onto = clauses.get("on")?.operands[0];
  const data = onto && draftOf(program, onto, "data", "on");
  const withClause = clauses.get("with")?.operands[0];
  const recipe = withClause && draftOf(program, withClause, "recipe", "with");
  const as = nameOf(clauses.get("as")?.operands[0]);
  const vary =
    varied?.value?.is === "block"
      ? spacesOf(program, varied.value, model?.given ?? new Map(), recipe?.given ?? new Map())
      : undefined;
  if (!varied && header.sound && model)
    program.report("missing-key", { verb: "sweep", keys: ["vary"], example: verb.example }, statement.verb.span);
  else if (varied?.value && varied.value.is !== "block")
    program.report(
      "wrong-type",
      { key: "vary", wanted: "a record in `{ }`", found: formOf(varied.value) },
      varied.value.span,
    );
  if (as) {
    program.define(as.text, as.span, { is: "sweep" });
    program.sweeps.set(as.text, {
      here: !program.silent,
      model: model?.given ?? new Map(),
      recipe: recipe?.given ?? new Map(),
    });
  }
  const goals = [own.given.get("maximize"), own.given.get("minimize")];
  if (goals[0] && goals[1]) program.report("two-goals", {}, goals[1].span);
  else if (!goals[0] && !goals[1] && !own.broken && model) program.report("no-goal", {}, statement.verb.span);
  if (
    program.silent ||
    !model ||
    !data ||
    !operand ||
    !onto ||
    !as ||
    !header.sound ||
    own.broken ||
    (withClause && !recipe)
  )
    return;
  const { values } = fill(
    program,
    verb.parameters.filter((p) => p.name !== "vary"),
    own.given,
    "",
    { here: statement.verb.span },
  );
  const planned = planTraining(program, {
    model,
    data,
    settings: settingsOf(program, { recipe: recipe ?? null, own: new Map() }),
    experiments: experimentsUnder(program.experiments, [model, data, recipe]),
    run: as.text,
    modelAt: operand.span,
    dataAt: onto.span,
    here: statement.verb.span,
    recipe: recipe ?? null,
  });
  if (planned && !planned.plan.recipe.training.validate)
    program.report(
      "needs-validation",
      { what: "sweep", data: data.name, ...dividedBy(planned.plan.recipe.data) },
      onto.span,
    );
  const metric = values["maximize"] ?? values["minimize"];
  const search = values["search"];
  const direction = goals[0] ? "maximize" : "minimize";
  if (isCall(metric)) {
    const better = greaterIsBetter(program.registry, metric) ? "maximize" : "minimize";
    const key = entries.find((e) => e.key.text === direction)?.key.span;
    if (better !== direction) {
      const told = { metric: metric.word, found: direction, instead: better, own: metric.definition !== undefined };
      program.reportNear("wrong-direction", told, key, statement.verb.span, key && { fix: replace(key, better) });
      return;
    }
  }
  if (planned && isCall(metric)) {
    const place = (goals[0] ?? goals[1])?.span;
    const { model: varied, data: read } = planned.plan.recipe;
    const of = { model: model.name, task: varied.task, roles: Object.keys(read.columns) };
    if (!checkMetrics(program, [metric.word], of, place, statement.verb.span)) return;
  }
  if (!planned || !vary || !isCall(metric) || !isCall(search)) return;
  const plan: SweepPlan = {
    model: model.name,
    data: data.name,
    recipe: recipe?.name ?? null,
    vary,
    search,
    trials: typeof values["trials"] === "number" ? values["trials"] : 10,
    budgetMs: typeof values["budget"] === "number" ? values["budget"] : null,
    goal: { direction, metric },
    plan: planned.plan,
    seed: planned.plan.recipe.training.seed,
  };
  act(program, header, "sweep", { name: as.text, sweep: plan });
}
