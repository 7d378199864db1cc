/**
 * Counts how often a Python program trains. Trainings that may run never or more than once are listed, and so are
 * statements that end the program before one.
 */
import type { Definition, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";
import type { UnreadExpression } from "./settings.js";
import { scopeNameOf } from "./tracked.js";

export type TrainingDoubt = Extract<NonNullable<UnreadExpression["about"]>, "repeated" | "untrained" | "branch">;

/** A trainer's own `train`; a model's `train()` only switches its mode. */
const isTraining = ({ name, callee, holder }: PythonCall): boolean =>
  name === "train" && callee.name === "MemberExpression" && !/(^|\.)\w*model$/.test(holder ?? "");

/** Trainings of a program with their doubts; a custom trainer class is listed by its methods instead. */
export function trainingDoubts(program: PythonProgram): ReadonlyMap<PythonCall, TrainingDoubt | undefined> {
  const all = program.calls.filter(
    (call) => isTraining(call) && !call.within.some(({ kind, bases }) => kind === "class" && bases !== ""),
  );
  const living = all.filter(({ dead }) => !dead);
  if (living.length === 0) return new Map(all.map((call) => [call, "untrained"]));
  return new Map(living.map((call, i) => [call, doubtOf(program, call, i === 0)]));
}

/** Returns the doubt about a training; undefined: the program runs it once. `first`: no other training precedes it. */
function doubtOf(program: PythonProgram, call: PythonCall, first: boolean): TrainingDoubt | undefined {
  const times = timesOf(program, call, new Set());
  if (call.looped || !first || times === "many") return "repeated";
  if (times === "never") return "untrained";
  return call.branched || times === "branch" ? "branch" : undefined;
}

type Times = "never" | "once" | "many" | "branch";
/** Returns how often the enclosing functions run. */
function timesOf(program: PythonProgram, { within }: Pick<PythonCall, "within">, seen: ReadonlySet<Definition>): Times {
  const enclosing = within.findLast(({ kind }) => kind === "function");
  if (!enclosing) return "once";
  // The function calls itself.
  if (seen.has(enclosing)) return "many";
  const method = within[within.indexOf(enclosing) - 1]?.kind === "class";
  const calls = program.calls.filter(
    ({ name, dead, callee, within: around }) =>
      name === enclosing.name &&
      !dead &&
      (callee.name === "MemberExpression") === method &&
      !(method && around.includes(enclosing)),
  );
  const handed = program.handed.has(enclosing.name) || enclosing.decorated;
  // A function passed as a value is called by a launcher, or by a call that is itself listed.
  if (calls.length === 0) return !handed ? "never" : isRepeated(program, enclosing.name) ? "many" : "once";
  if (calls.length > 1 || (handed && !enclosing.decorated)) return "many";
  const [call] = calls;
  if (!call || call.looped) return "many";
  const outer = timesOf(program, call, new Set([...seen, enclosing]));
  return outer === "once" && call.branched ? "branch" : outer;
}
/** Python functions that call their argument for each of several values. */
const repeating = /^(map|filter|sorted|min|max|reduce|partial|starmap|accumulate)$/;
const isRepeated = ({ calls }: PythonProgram, name: string): boolean =>
  calls.some((call) => call.reads.includes(name) && (repeating.test(call.name) || call.looped));

/** Python functions that end a program. */
const ending = /^(exit|quit|sys\.exit|os\._exit|os\.abort|os\.exec\w+)$/;

/** Returns statements that certainly end the program, or the training's function, before the training. */
export function exitsBeforeTraining(program: PythonProgram, training: PythonCall | undefined): readonly PythonNode[] {
  if (!training) return [];
  const scopes = scopesOf(program, training);
  const called = new Map(scopes);
  const reached = (ends: ReadonlyMap<string, number>, { within }: Pick<PythonCall, "within">, from: number): boolean =>
    from < (ends.get(scopeNameOf(within)) ?? -1);
  for (let before = -1; before < called.size;) {
    before = called.size;
    for (const call of program.calls) {
      const calledFunction = call.callee.name === "VariableName" ? program.functions.get(call.name) : undefined;
      if (
        calledFunction &&
        !called.has(calledFunction.scope) &&
        !call.branched &&
        !call.dead &&
        reached(called, call, call.from)
      )
        called.set(calledFunction.scope, program.text.length);
    }
  }
  const calls = program.calls.filter((call) => {
    const [first = "", ...rest] = (call.holder === undefined ? call.name : `${call.holder}.${call.name}`).split(".");
    const whole = [program.imports.get(first) ?? first, ...rest].join(".");
    return ending.test(whole) && !call.branched && !call.dead && reached(called, call, call.from);
  });
  // A `return` ends only its own function.
  const leaving = program.leaving.filter((one) => {
    const ends = one.node.name === "ReturnStatement" ? scopes : called;
    return !one.branched && !one.dead && reached(ends, one, one.node.from);
  });
  return [...calls.map(({ callee }) => callee.parent ?? callee), ...leaving.map(({ node }) => node)];
}

/**
 * Scopes that run before the training, each with the offset where its relevant part ends: its own, and its callers'.
 */
function scopesOf(program: PythonProgram, training: PythonCall): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  const add = (call: PythonCall): void => {
    const scope = scopeNameOf(call.within);
    if ((ends.get(scope) ?? -1) >= call.from) return;
    ends.set(scope, call.from);
    const enclosing = call.within.findLast(({ kind }) => kind === "function");
    for (const caller of enclosing ? program.calls.filter(({ name }) => name === enclosing.name) : []) add(caller);
  };
  add(training);
  // If the function is passed to a launcher, the entire program runs before it.
  if (!ends.has("")) ends.set("", program.text.length);
  return ends;
}
