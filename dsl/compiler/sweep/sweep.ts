/** `sweep`: what varies, the search method, the goals. A trial is its own Tune program, written by the host. */
import type { StatementHeader } from "../../language/types/header.js";
import { requireWorkers } from "../drafts/runner-limits.js";
import { readKeys } from "../../language/types/keys.js";
import type { Draft, Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { BlockNode, Entry } from "../../language/syntax/tree.js";
import { describeExpression } from "../../language/types/shapes.js";
import { fillDefaults } from "../plan/defaults.js";
import { checkGrid } from "../plan/sweep/grids.js";
import { isCall, parametersOf } from "../plan/definitions.js";
import { draftOf } from "../drafts/names.js";
import type { Plan } from "../plan/plan.js";
import type { SweepGoal } from "../plan/sweep/auto.js";
import type { SweepPlan } from "../plan/sweep/sweep-plan.js";
import { relationsIn } from "../plan/sweep/relations.js";
import { spacesOf } from "../plan/sweep/spaces.js";
import { SWEPT_VERBS } from "../plan/sweep/varied.js";
import { sweepStartsIn } from "../plan/sweep/starts.js";
import type { Call, Value } from "../../language/types/value.js";
import { addAction, operandName } from "../statement/run-action.js";
import { splitOrigin } from "../drafts/rank-division.js";
import { planTraining } from "../drafts/draft-training.js";
import { settingsOf } from "../drafts/settings.js";
import { checkOwnSubjectKeys, reportMeantOwnSubject, ownSubject, compileSweepAuto } from "./sweep-auto.js";
import { checkFewValidationRows, hasValidation } from "./sweep-rows.js";
import { thresholdsIn, checkGoals, checkOneGoal, goalsIn, sweptModelOf } from "./sweep-goals.js";

/** Keys whose values contain spaces and paths instead of values of their types. */
const VARY = "vary";
const WHERE = "where";

export function compileSweep(program: Program, header: StatementHeader): void {
  const { statement, verb } = header;
  const auto = ownSubject(header, header.operands[0]);
  if (auto) {
    compileSweepAuto(program, header, auto);
    return;
  }
  if (reportMeantOwnSubject(program, header, header.operands[0])) return;
  const entries = statement.block?.entries ?? [];
  const fits = checkOwnSubjectKeys(program, header, entries);
  const [varied, where] = [VARY, WHERE].map((name) => entries.find((e) => e.key.text === name));
  const ownKeys = readKeys(
    program,
    entries.filter((e) => e !== varied && e !== where),
    verb,
    verb.parameters,
  );
  const swept = sweptBy(program, header);
  const vary = variedBy(program, header, varied, swept);
  const as = operandName(header.clauses.get("as")?.operands[0]);
  // It may start from an earlier sweep of its own name, over another space.
  const before = as && program.sweeps.get(as.text);
  const detach = ownKeys.given.get("detach")?.value === true;
  if (as) keep(program, as, swept, detach);
  const aims = ownKeys.given.has("maximize") || ownKeys.given.has("minimize");
  if (!aims && !ownKeys.broken && swept.model) program.report("no-goal", {}, statement.verb.span);
  if (program.silent || !as || !header.sound || ownKeys.broken || !fits || !isWhole(swept)) return;
  const here = statement.verb.span;
  if (!requireWorkers(program, "sweep", ownKeys.given.get("runner"), here)) return;
  const parameters = verb.parameters.filter((p) => p.name !== VARY && p.name !== WHERE);
  const { values } = fillDefaults(program, parameters, ownKeys.given, "", { here });
  const plan = planned(program, header, swept, as.text);
  const goals = goalsIn(values, ownKeys.given);
  const sweptModel = sweptModelOf(plan);
  if (!checkGoals(program, goals, { swept: sweptModel, block: statement.block, here })) return;
  const require = thresholdsIn(program, values["require"], ownKeys.given.get("require"), { swept: sweptModel, here });
  const relations = vary && plan && where?.value ? relationsIn(program, where.value, vary, plan) : [];
  const { search } = values;
  const [first] = goals;
  if (!plan || !vary || !isCall(search) || !first || !require || !relations) return;
  if (!checkOneGoal(program, search, goals, { place: ownKeys.given.get("search")?.span, here })) return;
  const places = { search: ownKeys.given.get("search")?.span, block: varied?.value, here };
  const bounded = ["trials", "budget", "tokens"].some((key) => typeof values[key] === "number");
  if (!checkGrid(program, search, vary, places, bounded)) return;
  checkFewValidationRows(program, plan, header.clauses.get("on")?.operands[0]?.span ?? here);
  tell(program, as.text, { vary, goals });
  const start = sweepStartsIn(program, ownKeys.given.get("start"), {
    vary,
    goals,
    search,
    here,
    ownSweep: { name: as.text, before },
  });
  if (!start) return;
  const found: SweepPlan = {
    model: swept.model.name,
    data: swept.data.name,
    recipe: swept.recipe?.name ?? null,
    vary,
    ...(relations.length > 0 && { where: relations }),
    search,
    ...boundsIn(program, values, search),
    ...(start.length > 0 && { start }),
    goal: bare(first),
    goals: goals.map(bare),
    ...(require.length > 0 && { require }),
    pruner: isCall(values["pruner"]) ? values["pruner"] : null,
    ...(isCall(values["runner"]) && { runner: values["runner"] }),
    plan,
    seed: plan.recipe.training.seed,
  };
  addAction(program, header, "sweep", { name: as.text, sweep: found, ...(detach && { detach: true }) });
}
const bare = ({ direction, metric }: SweepGoal): SweepGoal => ({ direction, metric });

/** Default number of trials if nothing else limits a sweep. */
const TRIALS = 10;

/** Reads the limits: trials, time, tokens, and seeds per trial. */
function boundsIn(
  program: Program,
  values: Readonly<Record<string, Value>>,
  search: Call,
): Pick<SweepPlan, "trials" | "budgetMs" | "budgetTokens" | "repeats" | "atOnce"> {
  const number = (key: string): number | null => (typeof values[key] === "number" ? values[key] : null);
  const [trials, budgetMs, tokens, repeats] = [number("trials"), number("budget"), number("tokens"), number("repeats")];
  const atOnce = number("at_once");
  const ends = program.registry.find("search", search.word)?.capabilities?.isExhaustive === true;
  const bounded = ends || budgetMs !== null || tokens !== null;
  return {
    trials: trials ?? (bounded ? null : TRIALS),
    budgetMs,
    ...(tokens !== null && { budgetTokens: tokens }),
    ...(repeats !== null && repeats > 1 && { repeats }),
    ...(atOnce !== null && { atOnce }),
  };
}

/** The names of the header; undefined if unreadable. `recipe` is null if none is named. */
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

function sweptBy(program: Program, { operands, clauses }: StatementHeader): Swept {
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

/** Reads the spaces after `vary:`; reports missing parts. */
function variedBy(
  program: Program,
  { statement, verb, sound }: StatementHeader,
  varied: Entry | undefined,
  { data, model, recipe }: Swept,
): SweepPlan["vary"] | undefined {
  if (varied?.value?.is === "block" && varied.value.entries.length === 0) {
    program.report("nothing-varies", {}, varied.value.span);
    return undefined;
  }
  if (varied?.value?.is === "block") {
    const given = (draft: Draft | null | undefined): Draft["given"] => draft?.given ?? new Map();
    const swept = { data, model, recipe };
    const unsure = SWEPT_VERBS.filter((verb) => swept[verb] === undefined || swept[verb]?.broken === true);
    const giving = { data: given(data), model: given(model), recipe: given(recipe) };
    const spaces = spacesOf(program, varied.value, giving, unsure);
    if (spaces) checkRows(program, varied.value);
    return spaces;
  }
  if (!varied && sound && model)
    program.report("missing-key", { verb: verb.name, keys: [VARY], example: verb.example }, statement.verb.span);
  else if (varied?.value) {
    const details = { key: VARY, wanted: "a record in `{ }`", found: describeExpression(varied.value) };
    program.report("wrong-type", details, varied.value.span);
  }
  return undefined;
}

/** Warns of varied settings that change the rows on which trials are scored. */
function checkRows(program: Program, { entries }: BlockNode): void {
  const data = parametersOf(program, "data");
  for (const { key } of entries) {
    if (data.some((p) => p.variedAs === key.text)) continue;
    if (data.some((p) => p.otherRows && p.name === key.path[0]))
      program.report("scores-of-other-rows", { path: key.text }, key.span);
  }
}

/** Binds the name to the sweep's best. */
function keep(
  program: Program,
  { text, span }: { readonly text: string; readonly span: Span },
  { data, model, recipe }: Swept,
  detach: boolean,
): void {
  program.define(text, span, { is: "sweep" });
  program.sweeps.set(text, {
    here: !program.silent,
    ...(detach && { detached: true }),
    data: data?.given ?? new Map(),
    model: model?.given ?? new Map(),
    recipe: recipe?.given ?? new Map(),
  });
}

/** Records the goals and varied paths, which a later sweep that starts from these trials must share. */
function tell(program: Program, name: string, { vary, goals }: Pick<SweepPlan, "vary" | "goals">): void {
  const earlier = program.sweeps.get(name);
  if (!earlier) return;
  const directions = goals.map(({ direction }) => direction);
  program.sweeps.set(name, { ...earlier, study: { directions, varies: Object.keys(vary), trials: 0 } });
}

/** Plans the training that all trials modify. */
function planned(
  program: Program,
  { statement, operands, clauses }: StatementHeader,
  { model, data, recipe }: WholeSwept,
  run: string,
): Plan | undefined {
  const here = statement.verb.span;
  const dataAt = clauses.get("on")?.operands[0]?.span ?? here;
  const found = planTraining(program, {
    model,
    data,
    settings: settingsOf(program, { recipe, ownSettings: new Map() }),
    run,
    modelAt: operands[0]?.span ?? here,
    dataAt,
    here,
    recipe,
  });
  // Trials without intermediate validation (`validate: none`) are scored at their end.
  if (found && !found.plan.recipe.training.validate && !hasValidation(program, found.plan)) {
    const details = { what: "sweep", data: data.name, ...splitOrigin(program, found.plan.recipe.data, undefined) };
    program.report("needs-validation", details, dataAt);
  }
  return found?.plan;
}
