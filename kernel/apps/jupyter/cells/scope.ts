/**
 * Which cell the running code belongs to. Each promise remembers the cell in which it was made and its reactions run in
 * that cell; timers and microtasks hand it on (background.ts). So late output reaches the cell that made it, and an
 * interrupted cell stays dead wherever its code comes up again.
 *
 * Not `AsyncLocalStorage`: on Node 20 and 22 it pushes to Node's stack of async ids around each reaction, and stopping
 * JavaScript from another thread (`Runtime.terminateExecution`) while one is pushed aborts the process.
 */
import { promiseHooks } from "node:v8";
import type { CellOutput } from "./interpreter.js";

/** A cell that runs or ran. */
export class CellScope {
  /** True once interrupted: nothing of the cell may go on. */
  dead = false;
  readonly abort = new AbortController();
  constructor(
    /** execution_count. */
    readonly cell: number,
    /** What tracebacks call it. */
    readonly title: string,
    readonly output: CellOutput,
  ) {}
  die(): void {
    this.dead = true;
    this.abort.abort();
  }
}

/** What is thrown to unwind synchronous code of a dead cell. */
export class CellInterrupted extends Error {
  override readonly name = "Interrupted";
  constructor() {
    super("the cell was interrupted");
  }
}

let current: CellScope | undefined;
let running: CellScope | undefined;
let last: CellScope | undefined;

/** The cell whose code is on the stack, if that is known. */
export function currentScope(): CellScope | undefined {
  return current;
}
/** The cell that is being executed now. */
export function runningScope(): CellScope | undefined {
  return running;
}
/** The best guess for code that came from a native callback: the executing cell, else the last one. */
export function likelyScope(): CellScope | undefined {
  return current ?? running ?? last;
}
export function setRunningScope(scope: CellScope | undefined): void {
  running = scope;
  if (scope) last = scope;
}
/** After JavaScript was stopped from outside, no `finally` has put things right. */
export function forgetCurrentScope(): void {
  current = undefined;
}
export function runInScope<T>(scope: CellScope | undefined, f: () => T): T {
  const before = current;
  current = scope;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** A private field put on a promise from outside: not seen by `inspect`, no table to keep. */
// oxlint-disable-next-line typescript/no-extraneous-class -- what it returns becomes the `this` of Stamp
class Returns {
  constructor(object: object) {
    return object;
  }
}
class Stamp extends Returns {
  #scope: CellScope;
  constructor(promise: object, scope: CellScope) {
    super(promise);
    this.#scope = scope;
  }
  static scopeFor(promise: object): CellScope | undefined {
    return #scope in promise ? promise.#scope : undefined;
  }
}
/** The cell in which a promise was made. */
export function scopeOf(promise: object): CellScope | undefined {
  return Stamp.scopeFor(promise);
}

/** From now on promises remember their cell; returns how to stop that. */
export function followPromises(): () => void {
  const before: (CellScope | undefined)[] = [];
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
