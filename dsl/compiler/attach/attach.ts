/** `attach`: a training or a sweep that runs, or ran, by itself: its name stands for the model that it makes, as after `load`, or for what it found. */
import { failed, type Together } from "../../language/types/facts.js";
import type { Given } from "../../language/types/given-value.js";
import type { Value } from "../../language/types/value.js";
import type { Header } from "../../language/types/header.js";
import { ATTACHED, runNeed, settingsOfRun } from "../plan/bases/loaded-base.js";
import type { Draft, Program } from "../plan/program.js";
import { act, nameOf } from "../statement/run-action.js";

export function attach(program: Program, header: Header): void {
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
  const path = operand.is === "string" ? operand.value : nameOf(operand)?.text;
  if (second || path === undefined) {
    const wanted = 'the name of one training, or the folder of its run in `"…"`';
    program.report("wrong-operand", { after: "attach", wanted, found: "another" }, (second ?? operand).span);
    return;
  }
  const at = operand.span;
  if (operand.is !== "string" && !header.clauses.has("as") && (here(program, path) || sweptHere(program, path)))
    return act(program, header, "attach", { name: path, run: null });
  const run = program.insist(runNeed(program, { path, at, still: true }));
  const as = nameOf(header.clauses.get("as")?.operands[0]);
  const own = operand.is === "string" ? undefined : path;
  if (run === undefined || failed(run)) {
    const name = as?.text ?? own;
    // What it would have stood for is not known: what uses it is silent.
    if (name !== undefined && !program.names.has(name)) program.lost.names.add(name);
    if (run) program.reportFailed(run, at);
    return;
  }
  const name = as?.text ?? own ?? run.name ?? "";
  if (!/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name)) {
    program.report("attach-without-name", { run: path }, at);
    return;
  }
  const { together } = run;
  if (together?.is === "sweep") defineSweep(program, { name, at: as?.span ?? at }, together);
  // Which rows each of them didn't see is known where the data are defined, and there the statement stands too.
  else if (together?.is !== "each") define(program, { name, path, at: as?.span ?? at });
  act(program, header, "attach", { name, run: run.folder });
}

/**
 * Whether a statement of this notebook starts it: its name goes on standing for that training, whose weights it has then, and
 * so do the names of those that run with it (seeds, folds).
 */
function here(program: Program, name: string): boolean {
  if (program.runs.get(name)?.detached !== name) return false;
  for (const [one, known] of program.runs) {
    const { detached, ...run } = known;
    if (detached === name) program.runs.set(one, { ...run, here: !program.silent });
  }
  return true;
}

/** The same of a sweep. */
function sweptHere(program: Program, name: string): boolean {
  const known = program.sweeps.get(name);
  if (!known?.detached) return false;
  const { detached, ...sweep } = known;
  void detached;
  program.sweeps.set(name, { ...sweep, here: !program.silent });
  return true;
}

/** The name stands for the sweep's best, over what was written of model and recipe where it was started. */
function defineSweep(
  program: Program,
  { name, at }: { readonly name: string; readonly at: Draft["span"] },
  written: Extract<Together, { is: "sweep" }>,
): void {
  const given = (values: Readonly<Record<string, Value>>): ReadonlyMap<string, Given> =>
    new Map(
      Object.entries(values).map(([key, value]) => [key, { value, span: at, from: "written", places: new Map() }]),
    );
  program.define(name, at, { is: "sweep" });
  program.sweeps.set(name, {
    here: !program.silent,
    data: new Map(),
    model: given(written.model),
    recipe: given(written.recipe),
  });
}

/** The name stands for the run, with the run's own settings. */
function define(
  program: Program,
  { name, path, at }: { readonly name: string; readonly path: string; readonly at: Draft["span"] },
): void {
  const load: Given = { value: path, span: at, from: "written", places: new Map() };
  const given = new Map([
    ["load", load],
    [ATTACHED, { ...load, value: true }],
  ]);
  for (const [key, setting] of settingsOfRun(program, "model", given)) given.set(key, setting);
  const draft: Draft = {
    is: "model",
    name,
    span: at,
    source: program.source,
    given,
    broken: false,
    needs: [...program.noted],
    allowances: program.allowing,
  };
  program.define(name, at, { is: "model", draft });
  program.runs.delete(name);
}
