/** `report`: writes a page about models, sweeps or runs to a file. */
import { fillDefaults } from "../plan/defaults.js";
import type { Program } from "../plan/program.js";
import type { ActionsByVerb } from "../plan/action.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import { needForRunFacts } from "../plan/bases/loaded-base.js";
import { isFailedFact } from "../../language/types/facts.js";
import type { Operand } from "../../language/syntax/tree.js";
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import { describeExpression } from "../../language/types/shapes.js";
import { addAction } from "../statement/run-action.js";
import { resolveOperandName } from "../drafts/names.js";
import { nameWithCurrentWeights } from "../drafts/trained-names.js";

type Of = ActionsByVerb["report"]["of"][number];
const KINDS = ["model", "run", "sweep"] as const;

export function compileReport(program: Program, header: StatementHeader): void {
  const { verb, statement, clauses } = header;
  const here = statement.verb.span;
  const ownKeys = readKeys(program, statement.block?.entries ?? [], verb, verb.parameters);
  const { values } = fillDefaults(program, verb.parameters, ownKeys.given, "", { here });
  if (header.operands.length === 0 && header.sound)
    program.report(
      "missing-operand",
      { verb: verb.name, wanted: "the name of a model or a sweep", example: verb.example },
      here,
    );
  const subjects = header.operands.map((operand) => ofWhat(program, operand));
  const path = pathOf(program, clauses.get("as")?.operands[0]);
  if (!header.sound || ownKeys.broken || path === undefined || subjects.length === 0 || subjects.some((one) => !one))
    return;
  addAction(program, header, "report", {
    of: subjects.filter((one) => one !== undefined),
    path,
    rows: values["rows"] === true,
  });
}

function ofWhat(program: Program, operand: Operand): Of | undefined {
  if (operand.is === "string") return { run: operand.value };
  const run = runOf(program, operand);
  if (run !== null) return run;
  const found = resolveOperandName(program, operand, KINDS, "model or sweep", "report");
  if (!found) return undefined;
  const best = found.node.path.length > 1 && found.entry.is !== "sweep";
  if (found.entry.is === "sweep" && found.node.path.length === 1) return { name: found.name, is: "sweep" };
  if (found.node.path.length > 1 && !best) {
    const wanted = `the name of a model or a sweep alone`;
    program.report("wrong-operand", { after: "report", wanted, found: `\`${found.node.text}\`` }, found.node.span, {
      fix: replacementFix(found.node.span, found.name),
    });
    return undefined;
  }
  const name = nameWithCurrentWeights(program, found);
  return name === undefined ? undefined : { name, is: "model" };
}

/**
 * Returns the newest earlier training for a name that no statement defines. Null: the operand is not such a name.
 * Undefined: it is not known yet, or there is none of that name (reported).
 */
function runOf(program: Program, operand: Operand): Of | null | undefined {
  if (operand.is !== "word" || operand.arguments || operand.path.length > 1) return null;
  const name = operand.text;
  const { names, lost } = program;
  if (names.has(name) || lost.names.has(name) || KINDS.some((kind) => lost.kinds.has(kind))) return null;
  if (nearestWord(name, program.namesOf(...KINDS)) !== undefined) return null;
  const run = program.ask(needForRunFacts(program, { path: name, span: operand.span, still: true }));
  if (run === undefined) return undefined;
  if (!isFailedFact(run)) return { run: run.folder };
  program.reportFailed(run, operand.span);
  return undefined;
}

/** Null: no path was written. Undefined: it is not a path (reported). */
function pathOf(program: Program, operand: Operand | undefined): string | null | undefined {
  if (!operand) return null;
  if (operand.is !== "string") {
    const meant = operand.is === "word" && !operand.arguments ? operand.text.replace(/\.html?$/, "") : null;
    program.report(
      "wrong-operand",
      { after: "as", wanted: 'a file in quotes: `as "report.html"`', found: describeExpression(operand) },
      operand.span,
      meant === null ? {} : { fix: replacementFix(operand.span, JSON.stringify(`${meant}.html`)) },
    );
    return undefined;
  }
  if (/\.html?$/i.test(operand.value.trim()) && !operand.value.includes("\0")) return operand.value.trim();
  const stem = operand.value.trim().replace(/\.\w{1,5}$/, "");
  const instead = `${stem === "" ? "report" : stem}.html`;
  program.report("report-ending", { path: operand.value, instead }, operand.span, {
    fix: replacementFix(operand.span, JSON.stringify(instead)),
  });
  return undefined;
}
