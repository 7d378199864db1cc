/** One function per verb: statement → definition or action. The table is what the compiler walks. */
import { headerOf, type Header } from "../check/header.js";
import { keysOf } from "../check/keys.js";
import type { Program } from "../check/program.js";
import type { Statement } from "../syntax/tree.js";
import { act, type Handler } from "./act.js";
import { fill } from "./defaults.js";
import { define, parameters } from "./define.js";
import { named } from "./names.js";
import { evaluate, predict } from "./question.js";
import { sweep } from "./sweep.js";
import { train } from "./train.js";

export const handlers: Readonly<Record<string, Handler>> = {
  data: define,
  model: define,
  recipe: define,
  parameters,
  train,
  evaluate,
  predict,
  sweep,
  show,
  engine,
  tune,
};

export function runStatement(program: Program, statement: Statement): void {
  const header = headerOf(program, statement);
  if (!header?.sound) lose(program, statement);
  if (!header) {
    const line = program.source.text.indexOf("\n", statement.span.end);
    program.reporter.dropInside(
      { ...statement.span, end: line < 0 ? program.source.text.length : line },
      "typescript-here",
    );
    const meant = program.reporter.diagnostics.some(
      (d) => d.code === "unknown-verb" && d.span === statement.verb.span && d.data.nearest !== undefined,
    );
    const { block, span } = statement;
    program.reporter.dropInside(meant && block ? { ...span, end: block.span.start } : span, "unknown-verb");
    return;
  }
  program.noted = [];
  handlers[header.verb.name]?.(program, header);
  program.reporter.dropSwallowed(statement.span, statement.block?.span, program.source.text);
}

/** What a statement that can't be read was to define: later statements that use it are silent. */
function lose(program: Program, { verb, operands, broken }: Statement): void {
  const known = program.registry.find("verb", verb.text) !== undefined;
  const named = operands.length > 0 && operands.every((o) => o.is === "word" && !o.arguments);
  if (known && (!named || broken || verb.text === "parameters")) program.lost.kinds.add(verb.text);
  if (operands.length > 0 || !known)
    for (const name of [verb.text, ...operands.flatMap((o) => (o.is === "word" ? [o.text.split(".")[0] ?? ""] : []))])
      program.lost.names.add(name);
}

const topics: Readonly<Record<string, readonly string[]>> = {
  model: ["plan", "history", "graph", "program", "mask"],
  run: ["plan", "history", "graph", "program", "mask"],
  data: ["plan"],
  recipe: ["plan"],
  sweep: ["history", "best"],
  prediction: [],
  parameters: [],
};

function show(program: Program, header: Header): void {
  const { block } = header.statement;
  if (block) program.report("statement-takes-no-block", { verb: "show" }, block.span);
  if (!header.sound) return;
  for (const operand of header.operands) {
    const found = named(
      program,
      operand,
      ["data", "model", "recipe", "run", "sweep", "prediction", "parameters"],
      "name",
      "show",
    );
    if (!found) continue;
    const [, topic] = found.node.path;
    const has = topics[found.of.is] ?? [];
    if (topic && !has.includes(topic.text))
      program.report("unknown-topic", { name: found.name, topic: topic.text, has }, topic.span);
    else act(program, header, { verb: "show", topic: found.node.path.map((n) => n.text) } as never);
  }
}

function engine(program: Program, header: Header): void {
  const own = keysOf(program, header.statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const { values } = fill(program, header.verb.parameters, own.given, "", { here: header.statement.verb.span });
  const chosen = values["engine"];
  const threads = values["threads"];
  program.engine = {
    engine: typeof chosen === "string" ? chosen : "auto",
    threads: typeof threads === "number" ? threads : null,
  };
  if (header.sound && !own.broken) act(program, header, { verb: "engine", settings: values } as never);
}

/** `tune 1` may open a file. */
function tune(program: Program, header: Header): void {
  const [version] = header.operands;
  if (version?.is === "number" && version.raw === "1" && header.operands.length === 1) return;
  program.report(
    "unknown-version",
    { version: version?.is === "number" ? version.raw : "no number" },
    version?.span ?? header.statement.span,
  );
}
