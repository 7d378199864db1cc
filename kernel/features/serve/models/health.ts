/**
 * How a model's computations go, by the session that does them: whether the last ones failed one after the other, and how long it is
 * at the oldest. What fails here failed for a reason of ours: whatever a request can do wrong is refused before.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EngineSession } from "../../../engines/engine.js";

type Computes = Pick<EngineSession, "run">;

/** So many that failed one after the other are no accident. */
export const FAILURES_IN_A_ROW = 3;
/** What is mended elsewhere: by whoever begins a dead engine anew, and by a writer whose store is to be made again. */
const ELSEWHERE: ReadonlySet<string> = new Set(["engine-died", "state-unset"]);

export class SessionHealth {
  /** One after the other, up to now. */
  private failed = 0;
  private error: unknown = null;
  /** When those that are under way were begun. */
  private readonly since = new Set<{ readonly time: number }>();
  /** When the last one ended. */
  ended = 0;
  /** Called at each failure from the `FEW`th on. */
  onFailing: (error: unknown) => void = () => undefined;

  /** Why its computations fail; null: they don't. */
  get failing(): { readonly error: unknown } | null {
    return this.failed < FAILURES_IN_A_ROW ? null : { error: this.error };
  }
  /** Whether one is under way. */
  get busy(): boolean {
    return this.since.size > 0;
  }
  /** Ms that the oldest one may have been computed: they are computed one after the other, and none before `from`. */
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
    if (this.failed >= FAILURES_IN_A_ROW) this.onFailing(error);
  }
}

const all = new WeakMap<Computes, SessionHealth>();

/** The same session, whose computations are looked at. */
export function watchHealth<S extends Computes>(session: S): S {
  if (all.has(session)) return session;
  const health = new SessionHealth();
  const run: Computes["run"] = (...args) => health.track(() => session.run(...args));
  // All else is the session's own, which knows itself by its identity.
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
/** Of one that is watched. */
export function healthOf(session: Computes): SessionHealth | undefined {
  return all.get(session);
}
