/** `deploy`: a trained model and the target it is written as, or models and the target that serves them. */
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Call, GivenValue } from "../../language/types/value.js";
import type { Parameter, Word } from "../../language/types/registry.js";
import { typedValue } from "../../language/types/values.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import { fillDefaults } from "../plan/defaults.js";
import { resolveModel } from "../plan/definitions.js";
import { isCall } from "../plan/value.js";
import { isFailedFact } from "../../language/types/facts.js";
import { addAction, operandName } from "../statement/run-action.js";
import { describeExpression } from "../../language/types/shapes.js";
import { resolveDataSubject } from "../drafts/names.js";
import { resolveTrainedName } from "../drafts/trained-names.js";

const TARGET: Parameter = {
  name: "to",
  type: { is: "word", kind: "target" },
  doc: "The output format.",
  why: "",
  impact: "high",
};

export function compileDeploy(program: Program, header: StatementHeader): void {
  const { clauses, statement } = header;
  const ownKeys = readKeys(program, statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const names = header.operands.map((operand) => resolveTrainedName(program, operand, "deploy"));
  const rows = clauses.get("on")?.operands[0];
  const on = rows && resolveDataSubject(program, rows, true, "on");
  const here = statement.verb.span;
  const { values } = fillDefaults(program, header.verb.parameters, ownKeys.given, "", { here });
  const target = targetOf(program, header, here);
  const word = wordAfterTo(program, header);
  const serves = word?.capabilities?.server !== undefined;
  const as = operandName(clauses.get("as")?.operands[0]);
  if (as && serves) keep(program, as);
  const suits = word === undefined || suitsTarget(program, header, word, ownKeys.given);
  const [name, ...others] = names.filter((one) => one !== undefined);
  if (!header.sound || ownKeys.broken || !suits || !target || name === undefined || names.length > 1 + others.length)
    return;
  if (rows && !on) return;
  if (serves) {
    if (as) addAction(program, header, "serve", { name: as.text, models: [name, ...others], target: target.call });
    return;
  }
  const span = clauses.get("to")?.span ?? here;
  const overwrite = values["overwrite"] === true;
  if (!holds(program, name, target.call, span) || !fits(program, name, target, span)) return;
  if (!free(program, name, target, { span, overwrite })) return;
  addAction(program, header, "deploy", {
    name,
    target: target.call,
    on: on?.subject ?? null,
    rows: values["rows"] as number,
    overwrite,
  });
}

function wordAfterTo({ registry }: Program, { clauses }: StatementHeader): Word<"target"> | undefined {
  const node = clauses.get("to")?.operands[0];
  return node?.is === "word" ? registry.find("target", node.path[0]?.text ?? "") : undefined;
}

/** Binds the name to the server. */
function keep(program: Program, { text, span }: { readonly text: string; readonly span: Span }): void {
  const before = program.names.get(text);
  if (before !== undefined && before.is !== "server" && before.source !== program.source.id)
    program.report("wrong-kind-of-name", { name: text, is: before.is, wanted: "new name" }, span);
  program.define(text, span, { is: "server" });
}

/**
 * Checks that the statement has what the target needs: a writing target takes one model, a serving one a name. Else
 * reports it.
 */
function suitsTarget(
  program: Program,
  { verb, statement, operands, clauses }: StatementHeader,
  { name: target, capabilities, example }: Word<"target">,
  given: ReadonlyMap<string, GivenValue>,
): boolean {
  const [first, last] = [operands[0], operands.at(-1)];
  const [as, on] = [clauses.get("as"), clauses.get("on")];
  const astray = (found: string, span: Span, models = 1): false => {
    const serving = program.registry.ofKind("target").filter((one) => one.capabilities?.server);
    const data = { target, found, models, serving: serving.map(({ name }) => name) };
    program.report("not-for-target", data, span);
    return false;
  };
  if (!capabilities?.server) {
    if (first && last && first !== last)
      return astray("models", { ...first.span, end: last.span.end }, operands.length);
    return as ? astray("as", as.span) : true;
  }
  if (on) return astray("on", on.span);
  const [key] = [...given];
  if (key) return astray(key[0], key[1].span);
  const [named] = as?.operands ?? [];
  if (operandName(named)) return true;
  if (named) {
    program.report("wrong-operand", { after: "as", wanted: "a name", found: describeExpression(named) }, named.span);
    return false;
  }
  const end = clauses.get("to")?.span.end ?? statement.span.end;
  const written = program.textOf({ ...statement.span, end });
  const [name = ""] = / as \w+$/.exec(example) ?? [];
  const missing = { verb: verb.name, connector: "as", takes: "name", example: `${written ?? ""}${name}` };
  program.report("missing-connector", missing, statement.verb.span, {
    fix: { ...replacementFix({ ...statement.span, start: end, end }, name), certain: false },
  });
  return false;
}

/** A target's call and the spans of its arguments. */
interface Target {
  readonly call: Call;
  readonly places: ReadonlyMap<string, Span>;
}
/** Returns the definition of the model as it was trained. */
const draftOf = (program: Program, name: string): DefinitionDraft | undefined =>
  program.runs.get(name)?.model ?? program.names.get(name)?.draft;
function taskOf(program: Program, name: string): Call | undefined {
  const task = draftOf(program, name)?.given.get("task")?.value;
  return task !== undefined && isCall(task) ? task : undefined;
}

/** Whether the target supports the model's task; else reported. */
function holds(program: Program, name: string, target: Call, span: Span): boolean {
  const { registry } = program;
  const { generativeOnly: continues, onlyTasks: tasks } = registry.find("target", target.word)?.capabilities ?? {};
  const task = taskOf(program, name);
  if (task === undefined) return true;
  const goesOn = registry.find("task", task.word)?.capabilities?.rowFormat.predictsNextToken === true;
  const refuse = (what: string, instead?: string): false => {
    const why = `its task is ${task.word}, and ${target.word} holds models ${what}`;
    program.report("cannot-deploy", { model: name, target: target.word, why, ...(instead && { instead }) }, span);
    return false;
  };
  if (continues && !goesOn) return refuse("that continue texts");
  if (!tasks || tasks.includes(task.word)) return true;
  const others = registry.ofKind("target").filter(({ planned, capabilities: targetCapabilities }) => {
    return (
      !planned &&
      targetCapabilities?.writes &&
      !targetCapabilities.onlyTasks &&
      (goesOn || !targetCapabilities.generativeOnly)
    );
  });
  return refuse(`of ${tasks.join(", ")}`, `another target: ${others.map((one) => `\`${one.name}\``).join(", ")}`);
}

/** Whether the base has as many positions as the target's shape fixes; else reported. */
function fits(program: Program, name: string, { call, places }: Target, reportSpan: Span): boolean {
  const { shapeParameter: shapedBy } = program.registry.find("target", call.word)?.capabilities ?? {};
  const shape = shapedBy === undefined ? undefined : call.arguments[shapedBy];
  const draft = draftOf(program, name);
  if (!Array.isArray(shape) || typeof shape[1] !== "number" || !draft) return true;
  const [, tokens] = shape;
  const base = resolveModel(program, draft, reportSpan)?.base;
  if (!base || tokens <= base.positions) return true;
  const why = `its base has ${String(base.positions)} positions, and the shape asks for ${String(tokens)} tokens`;
  const most = `[${[shape[0], base.positions].map(String).join(", ")}]`;
  const instead = `\`${String(shapedBy)}: ${most}\`, or fewer tokens`;
  const span = places.get(`to.${String(shapedBy)}`) ?? reportSpan;
  program.report("cannot-deploy", { model: name, target: call.word, why, instead }, span);
  return false;
}

/**
 * Checks that the output path may be written; else reports it. In the editor the check is left to the run, because the
 * disk may change.
 */
function free(
  program: Program,
  name: string,
  { call, places }: Target,
  { span, overwrite }: { readonly span: Span; readonly overwrite: boolean },
): boolean {
  const { writes, destinationParameter: sentBy } = program.registry.find("target", call.word)?.capabilities ?? {};
  const { path } = call.arguments;
  if (!writes || typeof path !== "string" || (sentBy !== undefined && call.arguments[sentBy] !== undefined))
    return true;
  const deployment = { name, task: taskOf(program, name)?.word ?? null, target: call.word };
  const fact = program.ask({ about: "place", path, writes, own: deployment, overwrite }, true);
  if (fact === undefined || !isFailedFact(fact)) return fact !== undefined || program.purpose === "assist";
  program.reportFailed(fact, places.get("to.path") ?? span);
  return false;
}

/** Returns the target's call with its defaults; each of its words is checked. */
function targetOf(program: Program, { clauses }: StatementHeader, here: Span): Target | undefined {
  const node = clauses.get("to")?.operands[0];
  if (!node) return undefined;
  if (node.is !== "word") {
    const targets = program.registry
      .ofKind("target")
      .filter(({ planned, capabilities }) => !planned && capabilities?.writes !== undefined);
    const form = node.is === "string" ? JSON.stringify(node.value) : "…";
    const wanted = `a target: ${targets.map(({ name }) => `\`${name}(${form})\``).join(", ")}`;
    program.report("wrong-operand", { after: "to", wanted, found: describeExpression(node) }, node.span);
    return undefined;
  }
  const places = new Map<string, Span>();
  const value = typedValue(node, TARGET.type, { path: "to", key: "to" }, program.typing(places));
  if (value === undefined) return undefined;
  const given = new Map([["to", { value, span: node.span, from: "written" as const, places }]]);
  const errors = program.reporter.diagnostics.length;
  const { values } = fillDefaults(program, [TARGET], given, "", { here });
  const found = program.reporter.diagnostics.slice(errors).some((d) => d.severity === "error");
  const target = values["to"];
  if (found || target === undefined || !isCall(target)) return undefined;
  const whole = { call: target, places };
  const place = target.arguments["path"];
  const { extension: ending = "" } = program.registry.find("target", target.word)?.capabilities ?? {};
  if (typeof place !== "string" || (place.trim() !== "" && place.endsWith(ending))) return whole;
  const span = places.get("to.path") ?? node.span;
  const instead = place.replace(/\.[A-Za-z]\w{0,9}$/, "") + ending;
  const fix = place.trim() === "" ? {} : { fix: replacementFix(span, JSON.stringify(instead)) };
  program.report("wrong-ending", { place, ending, instead }, span, fix);
  return undefined;
}
