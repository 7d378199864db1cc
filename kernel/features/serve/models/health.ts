/**
 * How a model's computations go, by the session that does them: whether the last ones failed one after the other, and how long it is
 * at the oldest. What fails here failed for a reason of ours: whatever a request can do wrong is refused before.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Session } from "../../../engines/engine.js";

type Computes = Pick<Session, "run">;

/** So many that failed one after the other are no accident. */
export const FEW = 3;
/** What is mended elsewhere: by whoever begins a dead engine anew, and by a writer whose store is to be made again. */
const ELSEWHERE: ReadonlySet<string> = new Set(["engine-died", "state-unset"]);

export class Health {
  /** One after the other, up to now. */
  private failed = 0;
  private error: unknown = null;
  /** When those that are under way were begun. */
  private readonly since = new Set<{ readonly at: number }>();
  /** When the last one ended. */
  ended = 0;
  /** Called at each failure from the `FEW`th on. */
  onFailing: (error: unknown) => void = () => undefined;

  /** Why its computations fail; null: they don't. */
  get failing(): { readonly error: unknown } | null {
    return this.failed < FEW ? null : { error: this.error };
  }
  /** Whether one is under way. */
  get busy(): boolean {
    return this.since.size > 0;
  }
  /** Ms that the oldest one may have been computed: they are computed one after the other, and none before `from`. */
  oldest(from: number): number {
    const [first] = this.since;
    return first ? Math.max(0, performance.now() - Math.max(first.at, this.ended, from)) : 0;
  }

  async of<T>(work: () => Promise<T>): Promise<T> {
    const one = { at: performance.now() };
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
    if (this.failed >= FEW) this.onFailing(error);
  }
}

const all = new WeakMap<Computes, Health>();

/** The same session, whose computations are looked at. */
export function watched<S extends Computes>(session: S): S {
  if (all.has(session)) return session;
  const health = new Health();
  const run: Computes["run"] = (...asked) => health.of(() => session.run(...asked));
  // All else is the session's own, which knows itself by its identity.
  const own = new Proxy(session, {
    get(of, name) {
      if (name === "run") return run;
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === "function" ? (value.bind(of) as unknown) : value;
    },
  });
  all.set(own, health);
  return own;
}
/** Of one that is watched. */
export function healthOf(session: Computes): Health | undefined {
  return all.get(session);
}
