/** `sweep auto`: what is wanted and what stays; what varies is written by the host, once it has looked at data, bases and machine. */
import type { Header } from "../../language/types/header.js";
import { demandWorkers } from "../drafts/runner-limits.js";
import { keysOf } from "../../language/types/keys.js";
import type { OwnSubject } from "../../language/types/registry.js";
import type { Draft, Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Entry, Operand } from "../../language/syntax/tree.js";
import type { Given } from "../../language/types/given-value.js";
import { nearest } from "../../language/diagnostics/nearest.js";
import { replace } from "../../language/diagnostics/reporter.js";
import { fill } from "../plan/defaults.js";
import { isCall, resolveData } from "../plan/definitions.js";
import type { AutoPlan } from "../plan/sweep/auto.js";
import { shortCall } from "../plan/short-call.js";
import { taskOfRoles } from "../plan/task-of-roles.js";
import { tuneText } from "../plan/text.js";
import { rankedBy } from "../plan/watched-metric.js";
import type { DataPlan } from "../../language/types/subject.js";
import type { Call, Value } from "../../language/types/value.js";
import { checkData, checkRoles, checkTables, dataFacts, splitNames } from "../checks/world.js";
import { act, nameOf } from "../statement/run-action.js";
import { draftOf } from "../drafts/names.js";
import { barsIn, checkGoals, goalsIn } from "./sweep-goals.js";
import { dividedBy } from "../drafts/rank-division.js";
import { undivided } from "../drafts/training-definitions.js";

/** What the verb calls its own, where that is what it works on here. */
export function ownSubject({ verb }: Header, operand: Operand | undefined): OwnSubject | undefined {
  const { own } = verb.operands;
  return own && nameOf(operand)?.text === own.name && operand?.is === "word" && !operand.arguments ? own : undefined;
}

/** Reports a name that nothing has and that is nearly the verb's own. */
export function meantOwn(program: Program, { verb }: Header, operand: Operand | undefined): boolean {
  const { own } = verb.operands;
  const named = nameOf(operand);
  if (!own || !named || program.names.has(named.text) || nearest(named.text, program.namesOf("model"))) return false;
  if (nearest(named.text, [own.name]) === undefined) return false;
  const told = { name: named.text, wanted: "model", has: program.namesOf("model"), nearest: own.name };
  program.report("unknown-name", told, named.span, { fix: replace(named.span, own.name) });
  return true;
}

/** Reports keys that are for the verb's own subject alone. */
export function checkNotOwn(program: Program, { verb }: Header, entries: readonly Entry[]): boolean {
  const { own } = verb.operands;
  const wrong = entries.filter(({ key }) => own?.keys.includes(key.path[0] ?? key.text));
  for (const { key } of wrong)
    program.report("of-own-alone", { key: key.text, verb: verb.name, own: own?.name ?? "" }, key.span);
  return wrong.length === 0;
}

export function sweepAuto(program: Program, header: Header, own: OwnSubject): void {
  const { statement, verb, clauses } = header;
  const entries = statement.block?.entries ?? [];
  const wanted = entries.filter((entry) => takes(program, header, own, entry));
  const parameters = verb.parameters.filter(({ name }) => own.without[name] === undefined);
  const keys = keysOf(program, wanted, verb, parameters);
  const on = clauses.get("on")?.operands[0];
  const data = draftOf(program, on, "data", "on");
  const written = clauses.get("with")?.operands[0];
  const recipe = written ? draftOf(program, written, "recipe", "with") : null;
  const as = nameOf(clauses.get("as")?.operands[0]);
  if (as) {
    program.define(as.text, as.span, { is: "sweep" });
    const given = { data: data?.given ?? new Map(), model: new Map(), recipe: recipe?.given ?? new Map() };
    program.sweeps.set(as.text, { here: !program.silent, ...given });
  }
  const broken = keys.broken || wanted.length < entries.length || !header.sound || statement.block?.broken;
  if (program.silent || broken || !as || !data || recipe === undefined) return;
  program.require([...data.needs, ...(recipe?.needs ?? [])]);
  const here = statement.verb.span;
  if (!demandWorkers(program, "sweep", keys.given.get("runner"), here)) return;
  const plan = dataIn(program, data, on?.span ?? here);
  const task = plan && taskIn(program, plan, keys.given, on?.span ?? here);
  if (!plan || !task || !checkRoles(program, plan, task, on?.span ?? here)) return;
  const roles = Object.keys(plan.columns);
  const given = withUsual(program, own, keys.given, { task, roles, here });
  const { values } = fill(program, parameters, given, "", { here });
  const goals = goalsIn(values, given);
  const of = { model: own.name, task, roles };
  if (!checkGoals(program, goals, { of, block: statement.block, here })) return;
  const require = barsIn(program, values["require"], given.get("require"), { of, here });
  const [goal] = goals.map(({ direction, metric }) => ({ direction, metric }));
  if (!goal || !require) return;
  const number = (key: string): number | null => (typeof values[key] === "number" ? values[key] : null);
  const [tokens, atOnce] = [number("tokens"), number("at_once")];
  const bases = given.get("bases");
  checkBudget(program, { ms: number("budget"), at: given.get("budget") });
  act(program, header, "auto", {
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
      ...(isCall(values["runner"]) && { runner: shortCall(values["runner"], program.registry) }),
    },
  });
}

/** Seconds that looking at data and bases takes whatever the budget is. */
const LOOKS = 10;

function checkBudget(
  program: Program,
  { ms, at }: { readonly ms: number | null; readonly at: Given | undefined },
): void {
  if (ms === null || ms >= 1000 * LOOKS || !at) return;
  program.report("budget-hardly", { seconds: ms / 1000 }, at.span);
}

/** Reports a key that it decides by itself. */
function takes(program: Program, { verb }: Header, own: OwnSubject, { key }: Entry): boolean {
  const does = own.without[key.path[0] ?? key.text];
  if (does === undefined) return true;
  program.report("not-of-own", { key: key.text, verb: verb.name, own: own.name, does }, key.span);
  return false;
}

/** The data, which have rows that train and rows that validate. */
function dataIn(program: Program, draft: Draft, at: Span): DataPlan | undefined {
  const data = resolveData(program, draft, at);
  if (!data || !undivided(program, data.plan, at) || !checkTables(program, draft, data.plan, at)) return undefined;
  const facts = dataFacts(program, draft, data.plan, null, at);
  const splits = splitNames(program, data.plan, facts);
  const validates = facts && !facts.sampled ? (facts.splits["validation"]?.rows ?? 0) > 0 : undefined;
  if (validates === false || (!facts && splits && !splits.includes("validation"))) {
    const told = { what: "sweep", data: draft.name, ...dividedBy(program, data.plan, facts) };
    program.report("needs-validation", told, at);
    return undefined;
  }
  const trains = facts && !facts.sampled ? (facts.splits["train"]?.rows ?? 0) > 0 : splits?.includes("train");
  if (trains === false) {
    program.report("no-train-split", { data: draft.name, has: splits ?? [], random: false }, at);
    return undefined;
  }
  if (!facts || !checkData(program, draft, data.plan, facts, at)) return undefined;
  return data.plan;
}

function taskIn(program: Program, data: DataPlan, given: ReadonlyMap<string, Given>, at: Span): Call | undefined {
  const { registry } = program;
  const written = given.get("task")?.value;
  if (isCall(written)) return written;
  const found = taskOfRoles(registry, data);
  if ("task" in found) return found.task;
  const example = registry
    .ofKind("task")
    .find(({ planned, capabilities }) => !planned && capabilities?.roles.every((role) => data.columns[role]));
  if (found.of.length > 1) program.report("several-tasks-for-roles", { data: data.name, tasks: found.of }, at);
  else
    program.report(
      "no-task-for-roles",
      { data: data.name, roles: Object.keys(data.columns), ...(example && { example: example.name }) },
      at,
    );
  return undefined;
}

/** What stands where it is not written: the goal that goes with the task, and what the verb's record says. */
function withUsual(
  program: Program,
  own: OwnSubject,
  written: ReadonlyMap<string, Given>,
  { task, roles, here }: { readonly task: Call; readonly roles: readonly string[]; readonly here: Span },
): ReadonlyMap<string, Given> {
  const given = new Map(written);
  const add = (key: string, value: Value): void => {
    if (!given.has(key)) given.set(key, { value, span: here, from: "written", places: new Map() });
  };
  for (const [key, value] of Object.entries(own.usual)) add(key, value);
  if (given.has("maximize") || given.has("minimize")) return given;
  const goal = own.goal(program.registry, task, roles);
  add(rankedBy(program.registry, goal, "maximize") === "greater" ? "maximize" : "minimize", [goal]);
  return given;
}

/** Goals and bars as they were written: nothing is filled in that a program can't say. */
function writtenIn(program: Program, given: ReadonlyMap<string, Given>): AutoPlan["written"] {
  const { registry } = program;
  const each = (value: Value): string =>
    isCall(value) ? shortCall(value, registry) : tuneText(value, { registry, type: undefined });
  const text = (value: Value): string => {
    const all = Array.isArray(value) ? (value as readonly Value[]).map(each) : [each(value)];
    return all.length === 1 ? (all[0] ?? "") : `[${all.join(", ")}]`;
  };
  const raw = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
  const goals = goalsIn(raw, given);
  const keys = [...new Set(goals.map(({ direction }) => direction)), "require"].flatMap((key) => {
    const own = raw[key];
    return own === undefined ? [] : [[key, text(own)] as const];
  });
  return { keys: Object.fromEntries(keys), goal: goals[0] ? text(goals[0].metric) : "" };
}

/** What the recipe after `with` says, as it would be written. */
function fixedIn(program: Program, recipe: Draft | null): Readonly<Record<string, string>> {
  const { registry } = program;
  const parameters = registry.find("verb", "recipe")?.parameters;
  const texts = [...(recipe?.given ?? [])].map(([key, { value }]) => {
    const type = parameters?.find(({ name }) => name === key)?.type;
    return [key, tuneText(value, { registry, type })] as const;
  });
  return Object.fromEntries(texts);
}
