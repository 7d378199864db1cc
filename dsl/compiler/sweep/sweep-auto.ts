/**
 * `sweep auto`: the goal and the fixed settings. The host writes what varies after probing data, bases and machine.
 */
import type { StatementHeader } from "../../language/types/header.js";
import { rejectFederationOnlyRunner } from "../drafts/runner-limits.js";
import { readKeys } from "../../language/types/keys.js";
import type { ReservedOperandName } from "../../language/types/registry.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Entry } from "../../language/syntax/tree.js";
import type { Call, GivenValue, Value } from "../../language/types/value.js";
import { fillDefaults } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import type { AutoSweepPlan } from "../plan/sweep/auto.js";
import { shortCallText } from "../plan/short-call.js";
import { tuneText } from "../plan/text.js";
import { rankingDirectionOf } from "../plan/watched-metric.js";
import { checkRoles } from "../checks/world.js";
import { addAction, operandName } from "../statement/run-action.js";
import { draftOf } from "../drafts/names.js";
import { checkGoals, goalsIn, thresholdsIn } from "./sweep-goals.js";
import { sweptDataOf, sweptTaskOf } from "./sweep-rows.js";

export function compileSweepAuto(program: Program, header: StatementHeader, subject: ReservedOperandName): void {
  const { statement, verb, clauses } = header;
  const entries = statement.block?.entries ?? [];
  const wanted = entries.filter((entry) => takes(program, header, subject, entry));
  const parameters = verb.parameters.filter(({ name }) => subject.without[name] === undefined);
  const keys = readKeys(program, wanted, verb, parameters);
  const on = clauses.get("on")?.operands[0];
  const data = draftOf(program, on, "data", "on");
  const written = clauses.get("with")?.operands[0];
  const recipe = written ? draftOf(program, written, "recipe", "with") : null;
  const as = operandName(clauses.get("as")?.operands[0]);
  if (as) {
    program.define(as.text, as.span, { is: "sweep" });
    const given = { data: data?.given ?? new Map(), model: new Map(), recipe: recipe?.given ?? new Map() };
    program.sweeps.set(as.text, { here: !program.silent, ...given });
  }
  const broken = keys.broken || wanted.length < entries.length || !header.sound || statement.block?.broken;
  if (program.silent || broken || !as || !data || recipe === undefined) return;
  program.require([...data.needs, ...(recipe?.needs ?? [])]);
  const here = statement.verb.span;
  if (!rejectFederationOnlyRunner(program, "sweep", keys.given.get("runner"), here)) return;
  const plan = sweptDataOf(program, data, on?.span ?? here);
  const task = plan && sweptTaskOf(program, plan, keys.given, on?.span ?? here);
  if (!plan || !task || !checkRoles(program, plan, task, on?.span ?? here)) return;
  const roles = Object.keys(plan.columns);
  const given = withUsual(program, subject, keys.given, { task, roles, here });
  const { values } = fillDefaults(program, parameters, given, "", { here });
  const goals = goalsIn(values, given);
  const swept = { model: subject.name, task, roles };
  if (!checkGoals(program, goals, { swept, block: statement.block, here })) return;
  const require = thresholdsIn(program, values["require"], given.get("require"), { swept, here });
  const [goal] = goals.map(({ direction, metric }) => ({ direction, metric }));
  if (!goal || !require) return;
  const number = (key: string): number | null => (typeof values[key] === "number" ? values[key] : null);
  const [tokens, atOnce] = [number("tokens"), number("at_once")];
  const bases = given.get("bases");
  checkBudget(program, { ms: number("budget"), given: given.get("budget") });
  addAction(program, header, "auto", {
    name: as.text,
    auto: {
      data: plan,
      task,
      goal,
      fixed: fixedIn(program, recipe),
      goals: goals.map(({ direction, metric }) => ({ direction, metric })),
      written: writtenIn(program, given),
      ...(bases && { bases: values["bases"] as readonly string[] }),
      folder: program.folderAt(bases?.span ?? here),
      ...(require.length > 0 && { require }),
      trials: number("trials"),
      budgetMs: number("budget") ?? 0,
      ...(tokens !== null && { budgetTokens: tokens }),
      ...(atOnce !== null && { atOnce }),
      ...(isCall(values["runner"]) && { runner: shortCallText(values["runner"], program.registry) }),
    },
  });
}

/** Seconds for probing data and bases, whatever the budget. */
const LOOKS = 10;

function checkBudget(
  program: Program,
  { ms, given }: { readonly ms: number | null; readonly given: GivenValue | undefined },
): void {
  if (ms === null || ms >= 1000 * LOOKS || !given) return;
  program.report("budget-hardly", { seconds: ms / 1000 }, given.span);
}

/** Reports a key that the sweep decides itself. */
function takes(program: Program, { verb }: StatementHeader, subject: ReservedOperandName, { key }: Entry): boolean {
  const does = subject.without[key.path[0] ?? key.text];
  if (does === undefined) return true;
  program.report("not-of-own", { key: key.text, verb: verb.name, own: subject.name, does }, key.span);
  return false;
}

/** Adds defaults: the goal of the task, and those in the verb's record. */
function withUsual(
  program: Program,
  subject: ReservedOperandName,
  written: ReadonlyMap<string, GivenValue>,
  { task, roles, here }: { readonly task: Call; readonly roles: readonly string[]; readonly here: Span },
): ReadonlyMap<string, GivenValue> {
  const given = new Map(written);
  const add = (key: string, value: Value): void => {
    if (!given.has(key)) given.set(key, { value, span: here, from: "written", places: new Map() });
  };
  for (const [key, value] of Object.entries(subject.usual)) add(key, value);
  if (given.has("maximize") || given.has("minimize")) return given;
  const goal = subject.goal(program.registry, task, roles);
  add(rankingDirectionOf(program.registry, goal, "maximize") === "greater" ? "maximize" : "minimize", [goal]);
  return given;
}

/** Returns goals and thresholds as written, without defaults, because some cannot be written in a program. */
function writtenIn(program: Program, given: ReadonlyMap<string, GivenValue>): AutoSweepPlan["written"] {
  const { registry } = program;
  const each = (value: Value): string =>
    isCall(value) ? shortCallText(value, registry) : tuneText(value, { registry, type: undefined });
  const text = (value: Value): string => {
    const all = Array.isArray(value) ? (value as readonly Value[]).map(each) : [each(value)];
    return all.length === 1 ? (all[0] ?? "") : `[${all.join(", ")}]`;
  };
  const raw = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
  const goals = goalsIn(raw, given);
  const keys = [...new Set(goals.map(({ direction }) => direction)), "require"].flatMap((key) => {
    const rawValue = raw[key];
    return rawValue === undefined ? [] : [[key, text(rawValue)] as const];
  });
  return { keys: Object.fromEntries(keys), goal: goals[0] ? text(goals[0].metric) : "" };
}

/** Returns the settings of the recipe after `with`, as they would be written. */
function fixedIn(program: Program, recipe: DefinitionDraft | null): Readonly<Record<string, string>> {
  const { registry } = program;
  const parameters = registry.find("verb", "recipe")?.parameters;
  const texts = [...(recipe?.given ?? [])].map(([key, { value }]) => {
    const type = parameters?.find(({ name }) => name === key)?.type;
    return [key, tuneText(value, { registry, type })] as const;
  });
  return Object.fromEntries(texts);
}
