/** One function per verb: statement → definition or action. The table is what the compiler walks. */
import { takeAllowances } from "../types/allow.js";
import { headerOf, type Header } from "../types/header.js";
import { keysOf } from "../types/keys.js";
import type { Program } from "../plan/program.js";
import type { Statement } from "../syntax/tree.js";
import { act, type Handler } from "./act.js";
import { fill } from "../plan/defaults.js";
import { define, parameters } from "./define.js";
import { evaluate, predict } from "./question.js";
import { show } from "./show.js";
import { sweep } from "./sweep.js";
import { train } from "./train.js";
import { version } from "../plan/version.js";

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
  tune: version,
};

export function runStatement(program: Program, written: Statement): void {
  const { statement, allowances } = takeAllowances(program, written);
  program.allowances.push(...allowances);
  program.allowing = allowances;
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
  const record = program.registry.find("verb", verb.text);
  const known = record !== undefined;
  const named = operands.length > 0 && operands.every((o) => o.is === "word" && !o.arguments);
  if (known && (!named || broken || record.anyKey)) program.lost.kinds.add(verb.text);
  if (operands.length > 0 || !known)
    for (const name of [verb.text, ...operands.flatMap((o) => (o.is === "word" ? [o.text.split(".")[0] ?? ""] : []))])
      program.lost.names.add(name);
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
