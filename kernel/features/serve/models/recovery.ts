/**
 * Reopens models whose computations fail or hang, in the background: with the same delays as for dead engines, once a
 * probe of our own has failed too. They accept requests meanwhile, and the first success cancels the reopening.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EngineSession } from "../../../engines/engine.js";
import type { ModelLoad } from "../contract.js";
import type { ModelServiceEvent } from "./contract.js";
import { CONSECUTIVE_FAILURE_LIMIT, sessionHealthOf, type SessionHealth } from "./health.js";
import { restartDelay, STABLE_AFTER_MS } from "../../../engines/manager/restart-delays.js";

export interface RecoverableModel {
  readonly name: string;
  readonly folder: string;
  readonly session: Pick<EngineSession, "run"> | null;
  /** The engine, which runs the sessions of several models in sequence; null for its own process. */
  readonly engine: object | null;
  load(): ModelLoad;
  /** Runs a test computation. */
  probe(): Promise<void>;
  /** Closes it and ends requests in progress. `why`: a clause for later requests. */
  lose(why: string): Promise<void>;
  /** Reopens it, with retries. */
  again(): void;
  /** Ends the process of its engine, which restarts automatically; false if it has no engine. */
  killEngine(): boolean;
}
export interface RecoveryOptions {
  models(): readonly RecoverableModel[];
  /** Milliseconds after which a computation counts as stuck. */
  readonly stuck: number;
  readonly tell: (report: ModelServiceEvent) => void;
}

const FAILS = "its computations failed, and it is being opened again";
const ENDLESS = "its computation doesn't end, and it is being opened again";
/** Milliseconds for requests in progress to end at closing: a stuck computation may also block closing. */
const CLOSING = 2000;

export class ModelRecovery {
  private readonly clock: NodeJS.Timeout;
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Sessions under recovery. */
  private readonly underWay = new Set<SessionHealth>();
  /** The batch count and time of its last progress, or of when it last had nothing to compute. */
  private readonly stood = new WeakMap<SessionHealth, { batches: number; time: number }>();
  /** Name → number of recent attempts, and the time of the last. */
  private readonly before = new Map<string, { times: number; time: number }>();
  /** Number of models being opened: the engine has no time for others then. */
  private opening = 0;
  private opened = 0;

  constructor(private readonly options: RecoveryOptions) {
    this.clock = setInterval(() => this.look(), Math.max(10, Math.min(1000, options.stuck / 4))).unref();
  }
  close(): void {
    clearInterval(this.clock);
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Starts monitoring a session. */
  watch(session: Pick<EngineSession, "run">): void {
    const health = sessionHealthOf(session);
    if (health) health.onFailing = (error) => this.fails(session, health, error);
  }
  async whileOpening<T>(work: () => Promise<T>): Promise<T> {
    this.opening += 1;
    try {
      return await work();
    } finally {
      this.opening -= 1;
      this.opened = performance.now();
    }
  }

  /** Why it is unhealthy, as a clause; null if healthy. Clients never get the details. */
  illness(model: RecoverableModel): string | null {
    const health = model.session && sessionHealthOf(model.session);
    if (health?.failing)
      return `its last ${String(CONSECUTIVE_FAILURE_LIMIT)} computations failed${codeOf(health.failing.error)}`;
    return health && this.isStuck(model, health) ? "its computation doesn't end" : null;
  }
  private isStuck(model: RecoverableModel, health: SessionHealth): boolean {
    if (this.opening > 0) return false;
    return this.oldest(model, health) >= this.options.stuck || this.halted(health) >= this.options.stuck / 2;
  }
  /**
   * Ms for which its oldest computation may have been running: it waited for earlier ones of any model on the same
   * engine.
   */
  private oldest({ engine }: RecoverableModel, health: SessionHealth): number {
    let from = this.opened;
    if (engine !== null)
      for (const other of this.options.models())
        if (other.engine === engine && other.session) from = Math.max(from, sessionHealthOf(other.session)?.ended ?? 0);
    return health.oldest(from);
  }
  /** Ms for which it computed nothing although it had work. */
  private halted(health: SessionHealth): number {
    const { time = Infinity } = this.stood.get(health) ?? {};
    return health.busy ? 0 : performance.now() - Math.max(time, this.opened, health.ended);
  }
  private stand(model: RecoverableModel, health: SessionHealth): void {
    const { waiting, working, batches } = model.load();
    const before = this.stood.get(health);
    if (waiting + working === 0 || before?.batches !== batches)
      this.stood.set(health, { batches, time: performance.now() });
  }

  private modelsOf(session: Pick<EngineSession, "run">): readonly RecoverableModel[] {
    return this.options.models().filter((one) => one.session === session);
  }

  private fails(session: Pick<EngineSession, "run">, health: SessionHealth, error: unknown): void {
    if (this.underWay.has(health)) return;
    const [first] = this.modelsOf(session);
    if (!first) return;
    this.underWay.add(health);
    const pause = restartDelay(this.timesOf(first.name));
    this.options.tell({ is: "failing", name: first.name, folder: first.folder, error, again: pause });
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.mend(session, health).finally(() => this.underWay.delete(health));
    }, pause);
    this.timers.add(timer);
  }
  private timesOf(name: string): number {
    const now = performance.now();
    const last = this.before.get(name);
    const times = last && now - last.time < STABLE_AFTER_MS ? last.times + 1 : 1;
    this.before.set(name, { times, time: now });
    return times;
  }

  private async mend(session: Pick<EngineSession, "run">, health: SessionHealth): Promise<void> {
    const models = this.modelsOf(session);
    try {
      // A failure of few texts may not concern others, so probe again.
      if (health.failing) await models[0]?.probe();
      for (const { name, folder } of models) this.options.tell({ is: "well-again", name, folder });
    } catch {
      await this.reopen(this.modelsOf(session), FAILS);
    }
  }
  /** A session that several models share is closed by the last of them. */
  private async reopen(models: readonly RecoverableModel[], why: string): Promise<void> {
    const lost = models.map((one) => one.lose(why));
    await Promise.race([Promise.all(lost), new Promise((done) => setTimeout(done, CLOSING).unref())]);
    for (const one of models) one.again();
  }

  private look(): void {
    if (this.opening > 0) return;
    for (const one of this.options.models()) {
      const health = one.session && sessionHealthOf(one.session);
      if (!one.session || !health || this.underWay.has(health)) continue;
      // Checks a shared session once only.
      if (this.modelsOf(one.session)[0]?.name !== one.name) continue;
      this.stand(one, health);
      if (!this.isStuck(one, health)) continue;
      this.underWay.add(health);
      const ms = Math.max(this.oldest(one, health), this.halted(health));
      this.options.tell({ is: "stuck", name: one.name, folder: one.folder, seconds: ms / 1000 });
      if (!health.busy || !one.killEngine()) void this.reopen(this.modelsOf(one.session), ENDLESS);
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof CodedError ? ` (${error.code})` : "";
}
