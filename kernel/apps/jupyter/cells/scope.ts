/**
 * Tracks which cell the running code belongs to. Each promise stores the cell in which it was made, and its reactions
 * run in that cell; timers and microtasks pass it along (background.ts). So late output reaches the cell that made it,
 * and an interrupted cell's code never continues.
 *
 * Not `AsyncLocalStorage`: on Node 20 and 22 it pushes to Node's stack of async ids around each reaction, and stopping
 * JavaScript from another thread (`Runtime.terminateExecution`) while one is pushed aborts the process.
 */
import { promiseHooks } from "node:v8";
import type { CellOutputReceiver } from "./interpreter.js";

/** A cell that is running or has run. */
export class CellRun {
  /** True once interrupted: none of the cell's code may continue. */
  dead = false;
  readonly abort = new AbortController();
  constructor(
    /** execution_count. */
    readonly cell: number,
    /** Name in tracebacks. */
    readonly title: string,
    readonly output: CellOutputReceiver,
  ) {}
  die(): void {
    this.dead = true;
    this.abort.abort();
  }
}

/** Thrown to unwind synchronous code of a dead cell. */
export class CellInterrupted extends Error {
  override readonly name = "Interrupted";
  constructor() {
    super("the cell was interrupted");
  }
}

let current: CellRun | undefined;
let running: CellRun | undefined;
let last: CellRun | undefined;

/** The cell whose code is on the stack, if known. */
export function currentCellRun(): CellRun | undefined {
  return current;
}
export function runningCellRun(): CellRun | undefined {
  return running;
}
/** Best guess for code called by a native callback: the executing cell, else the last one. */
export function likelyCellRun(): CellRun | undefined {
  return current ?? running ?? last;
}
export function setRunningCellRun(scope: CellRun | undefined): void {
  running = scope;
  if (scope) last = scope;
}
/** Resets the current scope, as no `finally` ran after JavaScript was stopped from outside. */
export function forgetCurrentCellRun(): void {
  current = undefined;
}
export function runAsCell<T>(scope: CellRun | undefined, f: () => T): T {
  const before = current;
  current = scope;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** Adds a private field to a promise from outside: invisible to `inspect`, and without a table to maintain. */
// oxlint-disable-next-line typescript/no-extraneous-class -- what it returns becomes the `this` of Stamp
class Returns {
  constructor(object: object) {
    return object;
  }
}
class Stamp extends Returns {
  #scope: CellRun;
  constructor(promise: object, scope: CellRun) {
    super(promise);
    this.#scope = scope;
  }
  static scopeFor(promise: object): CellRun | undefined {
    return #scope in promise ? promise.#scope : undefined;
  }
}
/** The cell in which a promise was made. */
export function cellRunOfPromise(promise: object): CellRun | undefined {
  return Stamp.scopeFor(promise);
}

/** Makes promises store their cell; returns a function that stops it. */
export function trackCellsThroughPromises(): () => void {
  const before: (CellRun | undefined)[] = [];
  const stop = promiseHooks.createHook({
    init(promise) {
      if (current !== undefined) new Stamp(promise, current);
    },
    before(promise) {
      before.push(current);
      current = Stamp.scopeFor(promise);
    },
    after() {
      current = before.pop();
    },
    settled() {
      return;
    },
  });
  return () => void Reflect.apply(stop, undefined, []);
}
