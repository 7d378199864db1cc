/**
 * Changes that the interpreter makes to the process while it exists: output routing, cell tracking in timers and
 * promises, the text of stacks and functions, and uncaught errors. `prepareProcess` counts its users, so that several
 * interpreters (tests) share one set of changes.
 */
import { failureText } from "./traceback.js";
import { followTimers } from "./background.js";
import { installGlobals } from "./globals.js";
import { CellInterrupted, currentScope, followPromises, likelyScope, scopeOf, type CellScope } from "./scope.js";
import { mapStacks } from "./stack.js";
import { followStreams } from "./streams.js";
import { showFunctionsAsWritten } from "./function-source.js";

let users = 0;
let undo: (() => void)[] = [];

/** Applies the changes; the returned function reverts them. */
export function prepareProcess(): () => void {
  if (users++ === 0)
    undo = [
      followPromises(),
      followTimers((error, scope) => report("Uncaught error", error, scope)),
      followStreams(),
      mapStacks(),
      showFunctionsAsWritten(),
      installGlobals(),
      followErrors(),
      dropLoaderWarning(),
    ];
  let given = false;
  return () => {
    if (given) return;
    given = true;
    if (--users > 0) return;
    for (const f of undo.reverse()) f();
    undo = [];
  };
}

/** Shows an error in the cell that it belongs to. */
function report(what: string, error: unknown, scope: CellScope | undefined): void {
  const text = failureText(error);
  if (scope?.dead) return;
  if (scope) scope.output.stream("stderr", `${what} in ${scope.title}:\n${text}\n`);
  else process.stderr.write(`${what}:\n${text}\n`);
}

function followErrors(): () => void {
  const rejected = (error: unknown, promise: Promise<unknown>): void => {
    if (error instanceof CellInterrupted) return;
    report("Unhandled rejection", error, scopeOf(promise) ?? likelyScope());
  };
  const uncaught = (error: unknown): void => {
    if (error instanceof CellInterrupted) return;
    report("Uncaught error", error, currentScope() ?? likelyScope());
  };
  process.on("unhandledRejection", rejected);
  process.on("uncaughtException", uncaught);
  return () => {
    process.off("unhandledRejection", rejected);
    process.off("uncaughtException", uncaught);
  };
}

/**
 * imports.ts uses Node's own loader through a constant that Node calls experimental; users need not see that warning.
 */
function dropLoaderWarning(): () => void {
  const native = process.emitWarning;
  const chosen = (warning: unknown, ...args: unknown[]): void => {
    if (String(warning).includes("USE_MAIN_CONTEXT_DEFAULT_LOADER")) return;
    (native as (...args: unknown[]) => void).call(process, warning, ...args);
  };
  process.emitWarning = chosen as typeof process.emitWarning;
  return () => {
    if (process.emitWarning === (chosen as typeof process.emitWarning)) process.emitWarning = native;
  };
}
