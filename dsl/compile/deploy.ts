/** `deploy`: a model with trained weights, and the target that it is written as. */
import type { Header } from "../types/header.js";
import { keysOf } from "../types/keys.js";
import type { Program } from "../plan/program.js";
import type { Span } from "../diagnostics/span.js";
import type { Call } from "../types/value.js";
import type { Parameter } from "../types/registry.js";
import { typed } from "../types/values.js";
import { replace } from "../diagnostics/reporter.js";
import { fill } from "../plan/defaults.js";
import { isCall } from "../plan/definitions.js";
import { act } from "./act.js";
import { formOf } from "../types/shapes.js";
import { subjectOf, trainedName } from "./names.js";

const TARGET: Parameter = {
  name: "to",
  type: { is: "word", kind: "target" },
  doc: "What the model is written as.",
  why: "",
  impact: "high",
};

export function deploy(program: Program, header: Header): void {
  const { clauses, statement } = header;
  const own = keysOf(program, statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const [operand] = header.operands;
  const name = operand && trainedName(program, operand, "deploy");
  const rows = clauses.get("on")?.operands[0];
  const on = rows && subjectOf(program, rows, true, "on");
  const here = statement.verb.span;
  const { values } = fill(program, header.verb.parameters, own.given, "", { here });
  const target = targetOf(program, header, here);
  if (!header.sound || own.broken || name === undefined || !target || (rows && !on)) return;
  if (!holds(program, name, target, clauses.get("to")?.span ?? here)) return;
  act(program, header, "deploy", {
    name,
    target,
    on: on?.subject ?? null,
    rows: values["rows"] as number,
    overwrite: values["overwrite"] === true,
  });
}

/** Whether the target holds models of that task; else reported. */
function holds(program: Program, name: string, target: Call, at: Span): boolean {
  const { registry } = program;
  if (!registry.find("target", target.word)?.capabilities?.continues) return true;
  const model = program.runs.get(name)?.model ?? program.names.get(name)?.draft;
  const task = model?.given.get("task")?.value;
  if (task === undefined || !isCall(task)) return true;
  if (registry.find("task", task.word)?.capabilities?.supervision === "next_token") return true;
  const why = `its task is ${task.word}, and ${target.word} holds models that continue texts`;
  program.report("cannot-deploy", { model: name, target: target.word, why }, at);
  return false;
}

/** The target's call with its defaults, each of its words checked by itself. */
function targetOf(program: Program, { clauses }: Header, here: Span): Call | undefined {
  const node = clauses.get("to")?.operands[0];
  if (!node) return undefined;
  if (node.is !== "word") {
    const targets = program.registry.ofKind("target").filter((one) => !one.planned);
    const form = node.is === "string" ? JSON.stringify(node.value) : "…";
    const wanted = `a target: ${targets.map(({ name }) => `\`${name}(${form})\``).join(", ")}`;
    program.report("wrong-operand", { after: "to", wanted, found: formOf(node) }, node.span);
    return undefined;
  }
  const places = new Map<string, Span>();
  const value = typed(node, TARGET.type, { path: "to", key: "to" }, program.typing(places));
  if (value === undefined) return undefined;
  const given = new Map([["to", { value, span: node.span, from: "written" as const, places }]]);
  const errors = program.reporter.diagnostics.length;
  const { values } = fill(program, [TARGET], given, "", { here });
  const found = program.reporter.diagnostics.slice(errors).some((d) => d.severity === "error");
  const target = values["to"];
  if (found || target === undefined || !isCall(target)) return undefined;
  const place = target.arguments["path"];
  const { ending = "" } = program.registry.find("target", target.word)?.capabilities ?? {};
  if (typeof place !== "string" || (place.trim() !== "" && place.endsWith(ending))) return target;
  const at = places.get("to.path") ?? node.span;
  const instead = place.replace(/\.[A-Za-z]\w{0,9}$/, "") + ending;
  const fix = place.trim() === "" ? {} : { fix: replace(at, JSON.stringify(instead)) };
  program.report("wrong-ending", { place, ending, instead }, at, fix);
  return undefined;
}
