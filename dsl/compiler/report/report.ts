/** `report`: a page of what was trained, swept or kept, written into a file. */
import { fill } from "../plan/defaults.js";
import type { Program } from "../plan/program.js";
import type { Actions } from "../plan/action.js";
import { nearest } from "../../language/diagnostics/nearest.js";
import { replace } from "../../language/diagnostics/reporter.js";
import { runNeed } from "../plan/bases/loaded-base.js";
import { failed } from "../../language/types/facts.js";
import type { Operand } from "../../language/syntax/tree.js";
import type { Header } from "../../language/types/header.js";
import { keysOf } from "../../language/types/keys.js";
import { formOf } from "../../language/types/shapes.js";
import { act } from "../statement/run-action.js";
import { named, trainedFound } from "../drafts/names.js";

type Of = Actions["report"]["of"][number];
const KINDS = ["model", "run", "sweep"] as const;

export function report(program: Program, header: Header): void {
  const { verb, statement, clauses } = header;
  const here = statement.verb.span;
  const own = keysOf(program, statement.block?.entries ?? [], verb, verb.parameters);
  const { values } = fill(program, verb.parameters, own.given, "", { here });
  if (header.operands.length === 0 && header.sound)
    program.report(
      "missing-operand",
      { verb: verb.name, wanted: "the name of a model or a sweep", example: verb.example },
      here,
    );
  const of = header.operands.map((operand) => ofWhat(program, operand));
  const path = pathOf(program, clauses.get("as")?.operands[0]);
  if (!header.sound || own.broken || path === undefined || of.length === 0 || of.some((one) => !one)) return;
  act(program, header, "report", { of: of.filter((one) => one !== undefined), path, rows: values["rows"] === true });
}

function ofWhat(program: Program, operand: Operand): Of | undefined {
  if (operand.is === "string") return { run: operand.value };
  const run = runOf(program, operand);
  if (run !== null) return run;
  const found = named(program, operand, KINDS, "model or sweep", "report");
  if (!found) return undefined;
  const best = found.node.path.length > 1 && found.of.is !== "sweep";
  if (found.of.is === "sweep" && found.node.path.length === 1) return { name: found.name, is: "sweep" };
  if (found.node.path.length > 1 && !best) {
    const wanted = `the name of a model or a sweep alone`;
    program.report("wrong-operand", { after: "report", wanted, found: `\`${found.node.text}\`` }, found.node.span, {
      fix: replace(found.node.span, found.name),
    });
    return undefined;
  }
  const name = trainedFound(program, found);
  return name === undefined ? undefined : { name, is: "model" };
}

/**
 * A name that no statement gave is that of a training that ran before, the newest. Null: it isn't one; undefined: it isn't known,
 * or there is none of that name (reported).
 */
function runOf(program: Program, operand: Operand): Of | null | undefined {
  if (operand.is !== "word" || operand.arguments || operand.path.length > 1) return null;
  const name = operand.text;
  const { names, lost } = program;
  if (names.has(name) || lost.names.has(name) || KINDS.some((kind) => lost.kinds.has(kind))) return null;
  if (nearest(name, program.namesOf(...KINDS)) !== undefined) return null;
  const run = program.ask(runNeed(program, { path: name, at: operand.span, still: true }));
  if (run === undefined) return undefined;
  if (!failed(run)) return { run: run.folder };
  program.reportFailed(run, operand.span);
  return undefined;
}

/** Null: none was written; undefined: it is none (reported). */
function pathOf(program: Program, operand: Operand | undefined): string | null | undefined {
  if (!operand) return null;
  if (operand.is !== "string") {
    const meant = operand.is === "word" && !operand.arguments ? operand.text.replace(/\.html?$/, "") : null;
    program.report(
      "wrong-operand",
      { after: "as", wanted: 'a file in quotes: `as "report.html"`', found: formOf(operand) },
      operand.span,
      meant === null ? {} : { fix: replace(operand.span, JSON.stringify(`${meant}.html`)) },
    );
    return undefined;
  }
  if (/\.html?$/i.test(operand.value.trim()) && !operand.value.includes("\0")) return operand.value.trim();
  const stem = operand.value.trim().replace(/\.\w{1,5}$/, "");
  const instead = `${stem === "" ? "report" : stem}.html`;
  program.report("report-ending", { path: operand.value, instead }, operand.span, {
    fix: replace(operand.span, JSON.stringify(instead)),
  });
  return undefined;
}
