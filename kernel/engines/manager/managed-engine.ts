/**
 * One engine process: started on first use and shared by all callers. After a crash it starts again with the next use,
 * or by itself if a restart policy is given.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Engine, EngineOptions } from "../engine.js";
import { startEngine } from "../start-engine.js";
import { restartDelay, STABLE_AFTER_MS } from "./restart-delays.js";

export type StartEngine = (options: EngineOptions) => Promise<Engine>;

/** Restarts an engine by itself, for callers that keep models open in it. */
export interface RestartHandlers {
  /** The process has ended; the next one starts in `delay` ms. */
  crashed(engine: ManagedEngine, error: unknown, delay: number): void;
  /** Opens the models in the new process. An error counts as a crash. */
  restarted(engine: ManagedEngine, started: Engine): Promise<void>;
  /** The error for a caller that needs the engine before it is running again. */
  unavailable(): Error;
}

/** Reported instead of a crash if `kill` ended the process. */
const KILLED = "it was stuck, and this server ended it";

export class ManagedEngine {
  private engine: Engine | null = null;
  /** The first start; still set after it if a policy restarts the engine. */
  private starting: Promise<Engine> | null = null;
  private failures = 0;
  /** Whether all models of the previous process are open in this one. */
  private isReady = true;
  private isKilled = false;
  private isClosed = false;
  private timer: NodeJS.Timeout | undefined;
  /** Time of the last crash, by `performance.now()`. */
  crashedAt = 0;
  /** Time at which the present process was due to start. */
  startedAt = 0;

  constructor(
    private readonly options: EngineOptions,
    private readonly start: StartEngine = startEngine,
    private readonly restart: RestartHandlers | null = null,
  ) {}

  /** The running engine; null if none runs. */
  get current(): Engine | null {
    return this.engine;
  }
  /** Whether the engine runs or is being started for the first time. */
  get isActive(): boolean {
    return this.engine !== null || this.starting !== null;
  }

  /**
   * Returns the running engine; starts it if it was never started. Coded errors of engines; `unavailable` of the
   * policy.
   */
  async acquire(): Promise<Engine> {
    if (this.engine) return this.engine;
    if (!this.starting) return this.begin();
    const started = await this.starting;
    if (this.restart && !this.engine) throw this.restart.unavailable();
    return this.engine ?? started;
  }

  /** Ends the process, even one that no longer responds. A policy starts the next one. */
  kill(): void {
    this.isKilled = this.engine !== null;
    this.sendKill();
  }
  /** Ends the process at once, even during a computation, and starts no other. */
  abandon(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.sendKill();
  }
  /** Ends the process cleanly; waits for a first start in progress. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    const { engine, starting } = this;
    this.engine = null;
    if (engine) await engine.close();
    else await starting?.catch(() => undefined);
  }

  private begin(): Promise<Engine> {
    const starting = this.startOpen();
    this.starting = starting;
    // A later use may succeed.
    starting.catch(() => {
      if (this.starting === starting) this.starting = null;
    });
    return starting;
  }
  private async startOpen(): Promise<Engine> {
    const engine = await this.start(this.options);
    if (this.isClosed) {
      await engine.close();
      throw new CodedError("engine-closed", { engine: engine.info.name });
    }
    this.watch(engine);
    return engine;
  }

  private watch(engine: Engine): void {
    this.engine = engine;
    const since = performance.now();
    engine.died.catch((error: unknown) => {
      if (this.engine !== engine) return;
      this.engine = null;
      if (!this.restart) this.starting = null;
      if (this.isClosed || !this.restart) return;
      this.failures = performance.now() - since > STABLE_AFTER_MS ? 1 : this.failures + 1;
      this.scheduleRestart(this.restart, error);
    });
  }

  private scheduleRestart(policy: RestartHandlers, error: unknown): void {
    const delay = restartDelay(this.failures, { wasReady: this.isReady });
    const reason = this.isKilled ? KILLED : error;
    this.isKilled = false;
    this.crashedAt = performance.now();
    this.startedAt = this.crashedAt + delay;
    policy.crashed(this, reason, delay);
    this.timer = setTimeout(() => void this.beginAgain(policy), delay);
  }

  private async beginAgain(policy: RestartHandlers): Promise<void> {
    let engine: Engine | null = null;
    this.isReady = false;
    try {
      engine = await this.start(this.options);
      if (this.isClosed) return await engine.close();
      this.watch(engine);
      await policy.restarted(this, engine);
      if (this.engine === engine) this.isReady = true;
    } catch (error) {
      // A crash while models are opened is reported by `watch`.
      if (this.isClosed || (engine && this.engine !== engine)) return;
      this.engine = null;
      await engine?.close().catch(() => undefined);
      this.failures += 1;
      this.scheduleRestart(policy, error);
    }
  }

  private sendKill(): void {
    try {
      if (this.engine) process.kill(this.engine.info.pid, "SIGKILL");
    } catch {
      // The process has just ended by itself.
    }
  }
}
