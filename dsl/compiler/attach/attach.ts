/**
 * `attach`: connects to a training or sweep that runs, or ran, in its own process. Its name stands for the resulting
 * model, as after `load`, or for the sweep's result.
 */
import { isFailedFact, type GroupedTrainingResult } from "../../language/types/facts.js";
import type { GivenValue, Value } from "../../language/types/value.js";
import type { StatementHeader } from "../../language/types/header.js";
import { ATTACHED_KEY, needForRunFacts, loadedRunSettings } from "../plan/bases/loaded-base.js";
import type { DefinitionDraft, Program } from "../plan/program.js";
import { addAction, operandName } from "../statement/run-action.js";

export function compileAttach(program: Program, header: StatementHeader): void {
  const { block } = header.statement;
  if (block) program.report("statement-takes-no-block", { verb: "attach" }, block.span);
  const [operand, second] = header.operands;
  if (!header.sound) return;
  if (!operand) {
    program.report(
      "missing-operand",
      {
        verb: "attach",
        wanted: 'the name of a training, or the folder of its run in `"…"`',
        example: header.verb.example,
      },
      header.statement.verb.span,
    );
    return;
  }
  const path = operand.is === "string" ? operand.value : operandName(operand)?.text;
  if (second || path === undefined) {
    const wanted = 'the name of one training, or the folder of its run in `"…"`';
    program.report("wrong-operand", { after: "attach", wanted, found: "another" }, (second ?? operand).span);
    return;
  }
  const span = operand.span;
  if (operand.is !== "string" && !header.clauses.has("as") && (here(program, path) || sweptHere(program, path)))
    return addAction(program, header, "attach", { name: path, run: null });
  const run = program.insist(needForRunFacts(program, { path, span, still: true }));
  const as = operandName(header.clauses.get("as")?.operands[0]);
  const ownName = operand.is === "string" ? undefined : path;
  if (run === undefined || isFailedFact(run)) {
    const name = as?.text ?? ownName;
    // The name's meaning is unknown, so statements that use it report nothing.
    if (name !== undefined && !program.names.has(name)) program.lost.names.add(name);
    if (run) program.reportFailed(run, span);
    return;
  }
  const name = as?.text ?? ownName ?? run.name ?? "";
  if (!/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name)) {
    program.report("attach-without-name", { run: path }, span);
    return;
  }
  const { together } = run;
  if (together?.is === "sweep") defineSweep(program, { name, span: as?.span ?? span }, together);
  // The held-out rows of each fold are known only where the data are defined, which is where the statement is too.
  else if (together?.is !== "each") define(program, { name, path, span: as?.span ?? span });
  addAction(program, header, "attach", { name, run: run.folder });
}

/**
 * Whether a statement of this notebook starts the training. Its name keeps standing for that training, which then has
 * the weights; so do the names of runs grouped with it (seeds, folds).
 */
function here(program: Program, name: string): boolean {
  if (program.runs.get(name)?.detached !== name) return false;
  for (const [one, known] of program.runs) {
    const { detached, ...run } = known;
    if (detached === name) program.runs.set(one, { ...run, here: !program.silent });
  }
  return true;
}

/** Whether a statement of this notebook starts the sweep. */
function sweptHere(program: Program, name: string): boolean {
  const known = program.sweeps.get(name);
  if (!known?.detached) return false;
  const { detached, ...sweep } = known;
  void detached;
  program.sweeps.set(name, { ...sweep, here: !program.silent });
  return true;
}

/** Binds the name to the sweep's best result, over the model and recipe written where the sweep was started. */
function defineSweep(
  program: Program,
  { name, span }: { readonly name: string; readonly span: DefinitionDraft["span"] },
  written: Extract<GroupedTrainingResult, { is: "sweep" }>,
): void {
  const given = (values: Readonly<Record<string, Value>>): ReadonlyMap<string, GivenValue> =>
    new Map(Object.entries(values).map(([key, value]) => [key, { value, span, from: "written", places: new Map() }]));
  program.define(name, span, { is: "sweep" });
  program.sweeps.set(name, {
    here: !program.silent,
    data: new Map(),
    model: given(written.model),
    recipe: given(written.recipe),
  });
}

/** Binds the name to the run, with the run's own settings. */
function define(
  program: Program,
  { name, path, span }: { readonly name: string; readonly path: string; readonly span: DefinitionDraft["span"] },
): void {
  const load: GivenValue = { value: path, span, from: "written", places: new Map() };
  const given = new Map([
    ["load", load],
    [ATTACHED_KEY, { ...load, value: true }],
  ]);
  for (const [key, setting] of loadedRunSettings(program, "model", given)) given.set(key, setting);
  const draft: DefinitionDraft = {
    is: "model",
    name,
    span,
    source: program.source,
    given,
    broken: false,
    needs: [...program.noted],
    allowances: program.allowing,
  };
  program.define(name, span, { is: "model", draft });
  program.runs.delete(name);
}
