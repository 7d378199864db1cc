/**
 * Health of a model's computations, per session: whether the last ones failed in succession, and how long the oldest
 * has been running. Such failures are never the requests' fault: invalid requests are rejected before.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EngineSession } from "../../../engines/engine.js";

type Computes = Pick<EngineSession, "run">;

/** Consecutive failures from which a model counts as failing. */
export const CONSECUTIVE_FAILURE_LIMIT = 3;
/** Errors that others recover from: the engine manager restarts a dead engine, and a writer rebuilds its store. */
const ELSEWHERE: ReadonlySet<string> = new Set(["engine-died", "state-unset"]);

export class SessionHealth {
  private failed = 0;
  private error: unknown = null;
  /** Start times of computations in progress. */
  private readonly since = new Set<{ readonly time: number }>();
  /** Time when the last one ended. */
  ended = 0;
  /** Called at each failure from `CONSECUTIVE_FAILURE_LIMIT` on. */
  onFailing: (error: unknown) => void = () => undefined;

  /** The error of its failing computations; null if they succeed. */
  get failing(): { readonly error: unknown } | null {
    return this.failed < CONSECUTIVE_FAILURE_LIMIT ? null : { error: this.error };
  }
  get busy(): boolean {
    return this.since.size > 0;
  }
  /** Ms for which the oldest one may have been running: they run in sequence, and none before `from`. */
  oldest(from: number): number {
    const [first] = this.since;
    return first ? Math.max(0, performance.now() - Math.max(first.time, this.ended, from)) : 0;
  }

  async track<T>(work: () => Promise<T>): Promise<T> {
    const one = { time: performance.now() };
    this.since.add(one);
    try {
      const came = await work();
      [this.failed, this.error] = [0, null];
      return came;
    } catch (error) {
      if (!(error instanceof CodedError && ELSEWHERE.has(error.code))) this.count(error);
      throw error;
    } finally {
      this.since.delete(one);
      this.ended = performance.now();
    }
  }
  private count(error: unknown): void {
    this.failed += 1;
    this.error = error;
    if (this.failed >= CONSECUTIVE_FAILURE_LIMIT) this.onFailing(error);
  }
}

const all = new WeakMap<Computes, SessionHealth>();

/** Wraps a session to monitor its computations. */
export function trackSessionHealth<S extends Computes>(session: S): S {
  if (all.has(session)) return session;
  const health = new SessionHealth();
  const run: Computes["run"] = (...args) => health.track(() => session.run(...args));
  // Everything else is called on the session itself, which depends on its identity.
  const proxy = new Proxy(session, {
    get(target, name) {
      if (name === "run") return run;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  all.set(proxy, health);
  return proxy;
}
export function sessionHealthOf(session: Computes): SessionHealth | undefined {
  return all.get(session);
}
