/**
 * Code of a cell that runs later: timers, microtasks, awaits. It stays associated with its cell, its errors are
 * reported to that cell, and it does not run once the cell is dead.
 *
 * A callback never runs inside Node's own timer frame but in a promise reaction right after it: stopping JavaScript
 * from another thread inside such a frame would abort the process.
 */
import { createRequire, syncBuiltinESMExports } from "node:module";
import { promisify } from "node:util";
import { CellInterrupted, currentCellRun, runningCellRun, runAsCell, type CellRun } from "./scope.js";

type Callback = (...args: unknown[]) => unknown;
type Report = (error: unknown, scope: CellRun) => void;
type Timers = Record<"setTimeout" | "setInterval" | "setImmediate" | "clearInterval", (...args: never[]) => unknown>;

const source = Function.prototype.toString;
/**
 * Reports whether we compiled a function: packages and Node itself must continue, whichever cell called them first.
 */
function isUsers(callback: Callback): boolean {
  return source.call(callback).includes("__tick(");
}

/** Passes the current cell to timers and microtasks; returns a function that undoes it. */
export function trackCellsThroughTimers(report: Report): () => void {
  const timers = createRequire(import.meta.url)("node:timers") as Timers;
  const native = { ...timers, queueMicrotask: globalThis.queueMicrotask, nextTick: process.nextTick };

  const later = (callback: Callback, scope: CellRun): ((...of: unknown[]) => void) => {
    return (...of) => {
      if (scope.dead && isUsers(callback)) return;
      runAsCell(scope, () => void Promise.resolve().then(() => guardedCall(callback, of, scope)));
    };
  };
  const guardedCall = (callback: Callback, of: unknown[], scope: CellRun): void => {
    try {
      callback(...of);
    } catch (error) {
      if (!(error instanceof CellInterrupted)) report(error, scope);
    }
  };
  const follow = (name: "setTimeout" | "setImmediate"): Callback => {
    const make = native[name] as Callback;
    const following = (callback: unknown, ...of: unknown[]): unknown => {
      const scope = currentCellRun();
      return make(scope && typeof callback === "function" ? later(callback as Callback, scope) : callback, ...of);
    };
    Object.defineProperty(following, promisify.custom, {
      value: Reflect.get(make, promisify.custom),
    });
    return following;
  };
  const setInterval = (callback: unknown, ...timerArgs: unknown[]): unknown => {
    const scope = currentCellRun();
    const make = native.setInterval as Callback;
    if (!scope || typeof callback !== "function") return make(callback, ...timerArgs);
    const run = later(callback as Callback, scope);
    const timer = make(
      (...args: unknown[]) => {
        if (scope.dead && isUsers(callback as Callback)) (native.clearInterval as Callback)(timer);
        else run(...args);
      },
      ...timerArgs,
    );
    return timer;
  };
  const queueMicrotask = (callback: unknown): void => {
    const scope = currentCellRun();
    if (scope && typeof callback === "function") later(callback as Callback, scope)();
    else native.queueMicrotask(callback as () => void);
  };
  const nextTick = (callback: unknown, ...tickArgs: unknown[]): void => {
    const scope = currentCellRun();
    const handed =
      scope && typeof callback === "function"
        ? (...args: unknown[]) => runAsCell(scope, () => guardedCall(callback as Callback, args, scope))
        : callback;
    native.nextTick.call(process, handed as Callback, ...tickArgs);
  };

  const ours = { setTimeout: follow("setTimeout"), setImmediate: follow("setImmediate"), setInterval };
  Object.assign(globalThis, ours, { queueMicrotask });
  Object.assign(timers, ours);
  process.nextTick = nextTick as typeof process.nextTick;
  syncBuiltinESMExports();
  return () => {
    const { setTimeout, setImmediate, setInterval } = native;
    Object.assign(globalThis, { setTimeout, setImmediate, setInterval, queueMicrotask: native.queueMicrotask });
    Object.assign(timers, { setTimeout, setImmediate, setInterval });
    process.nextTick = native.nextTick;
    syncBuiltinESMExports();
  };
}

const never = new Promise<never>(() => undefined);

/** Functions that compiled code calls; see compile/rewrite.ts. */
export interface CellHooks {
  readonly tick: () => undefined;
  readonly guard: (value: unknown) => unknown;
  readonly each: (values: AsyncIterable<unknown> | Iterable<unknown>) => AsyncIterable<unknown>;
}
/** Another thread sets `stop[0]` while synchronous code runs. */
export function createInterruptHooks(stop: Int32Array): CellHooks {
  function tick(): undefined {
    // a plain read: half the cost of an atomic one, and V8 does not move reads of shared memory out of a loop (tested)
    if (stop[0] !== 0 || currentCellRun()?.dead) halt();
    return undefined;
  }
  function halt(): never {
    if (Atomics.exchange(stop, 0, 0) !== 0) (currentCellRun() ?? runningCellRun())?.die();
    throw new CellInterrupted();
  }
  /** Waits for `value`; never returns if the cell died in the meantime. */
  function guard(value: unknown): unknown {
    const scope = currentCellRun();
    if (!scope) return value;
    if (scope.dead) return never;
    return new Promise((resolve, reject) => {
      Promise.resolve(value).then(
        (result) => void (scope.dead || resolve(result)),
        (error: unknown) => void (scope.dead || reject(error as Error)),
      );
    });
  }
  async function* each(values: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown> {
    for await (const value of values) {
      if (currentCellRun()?.dead) await never;
      yield value;
    }
  }
  return { tick, guard, each };
}
