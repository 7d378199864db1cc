/** `sweep`: what varies, the search method, the goals. A trial is its own Tune program, written by the host. */
import type { StatementHeader } from "../../language/types/header.js";
import { rejectFederationOnlyRunner } from "../drafts/runner-limits.js";
import { readKeys } from "../../language/types/keys.js";
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { fillDefaults } from "../plan/defaults.js";
import { checkGrid } from "../plan/sweep/grids.js";
import { isCall } from "../plan/definitions.js";
import type { SweepGoal } from "../plan/sweep/auto.js";
import type { SweepPlan } from "../plan/sweep/sweep-plan.js";
import { relationsIn } from "../plan/sweep/relations.js";
import { sweepStartsIn } from "../plan/sweep/starts.js";
import type { Call, Value } from "../../language/types/value.js";
import { addAction, operandName } from "../statement/run-action.js";
import { compileSweepAuto } from "./sweep-auto.js";
import { checkReservedOperandKeys, reservedOperandOf, reportMisspelledReservedOperand } from "./auto-subject.js";
import { checkFewValidationRows } from "./sweep-rows.js";
import { checkGoals, checkSearchSupportsGoals, goalsIn, sweptModelOf, thresholdsIn } from "./sweep-goals.js";
import {
  areSweptDraftsComplete,
  planSweptTraining,
  type SweptDrafts,
  sweptDraftsOf,
  variedSpacesOf,
  VARY_KEY,
} from "./swept-definitions.js";

/** Key whose value contains paths instead of values of its type. */
const WHERE = "where";

export function compileSweep(program: Program, header: StatementHeader): void {
  const { statement, verb } = header;
  const auto = reservedOperandOf(header, header.operands[0]);
  if (auto) {
    compileSweepAuto(program, header, auto);
    return;
  }
  if (reportMisspelledReservedOperand(program, header, header.operands[0])) return;
  const entries = statement.block?.entries ?? [];
  const fits = checkReservedOperandKeys(program, header, entries);
  const [varied, where] = [VARY_KEY, WHERE].map((name) => entries.find((e) => e.key.text === name));
  const ownKeys = readKeys(
    program,
    entries.filter((e) => e !== varied && e !== where),
    verb,
    verb.parameters,
  );
  const swept = sweptDraftsOf(program, header);
  const vary = variedSpacesOf(program, header, varied, swept);
  const as = operandName(header.clauses.get("as")?.operands[0]);
  // It may start from an earlier sweep of its own name, over another space.
  const before = as && program.sweeps.get(as.text);
  const detach = ownKeys.given.get("detach")?.value === true;
  if (as) keep(program, as, swept, detach);
  const aims = ownKeys.given.has("maximize") || ownKeys.given.has("minimize");
  if (!aims && !ownKeys.broken && swept.model) program.report("no-goal", {}, statement.verb.span);
  if (program.silent || !as || !header.sound || ownKeys.broken || !fits || !areSweptDraftsComplete(swept)) return;
  const here = statement.verb.span;
  if (!rejectFederationOnlyRunner(program, "sweep", ownKeys.given.get("runner"), here)) return;
  const parameters = verb.parameters.filter((p) => p.name !== VARY_KEY && p.name !== WHERE);
  const { values } = fillDefaults(program, parameters, ownKeys.given, "", { here });
  const plan = planSweptTraining(program, header, swept, as.text);
  const goals = goalsIn(values, ownKeys.given);
  const sweptModel = sweptModelOf(plan);
  if (!checkGoals(program, goals, { swept: sweptModel, block: statement.block, here })) return;
  const require = thresholdsIn(program, values["require"], ownKeys.given.get("require"), { swept: sweptModel, here });
  const relations = vary && plan && where?.value ? relationsIn(program, where.value, vary, plan) : [];
  const { search } = values;
  const [first] = goals;
  if (!plan || !vary || !isCall(search) || !first || !require || !relations) return;
  if (!checkSearchSupportsGoals(program, search, goals, { place: ownKeys.given.get("search")?.span, here })) return;
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

/** Binds the name to the sweep's best. */
function keep(
  program: Program,
  { text, span }: { readonly text: string; readonly span: Span },
  { data, model, recipe }: SweptDrafts,
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
