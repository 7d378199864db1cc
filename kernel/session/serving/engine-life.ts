/** The engine of a server: begun anew whenever it dies, at once the first time; later the more slowly the more often it dies. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Engine, EngineOptions } from "../../engine/engine.js";
import { startEngine } from "../../engine/start.js";

/** Ms before it is begun anew, by how often it died of late; the last one stays. */
const PAUSES = {
  /** All models were opened by it and answered: what ends it may not come again, and clients wait. */
  whole: [0, 250, 500, 1000],
  /** It died before that: most likely the next one will, too. */
  never: [0, 1000, 2000, 5000, 10_000, 30_000],
} as const;
/** Ms that an engine must live for its death to count as the first. */
const LONG = 60_000;

export interface EngineLifeOptions {
  readonly engine: EngineOptions;
  /** It is gone; `again`: ms until it is begun anew. */
  lost(error: unknown, again: number): void;
  /** There is a new one. What it throws counts as a death. */
  back(engine: Engine): Promise<void>;
}

export class EngineLife {
  private engine: Engine | null = null;
  private deaths = 0;
  /** Whether what it has to do was opened by it. */
  private whole = true;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly o: EngineLifeOptions) {}

  get now(): Engine | null {
    return this.engine;
  }

  /** The first one. Coded errors: those of engines. */
  async start(): Promise<Engine> {
    const engine = await startEngine(this.o.engine);
    if (this.closed) {
      await engine.close();
      throw new CodedError("engine-closed", { engine: engine.info.name });
    }
    this.watch(engine);
    return engine;
  }

  /** Ends its process, also one that does nothing any more: it is begun anew. */
  kill(): void {
    try {
      if (this.engine) process.kill(this.engine.info.pid, "SIGKILL");
    } catch {
      // It has just ended by itself.
    }
  }

  /** Ends it at once, whatever it computes. */
  abandon(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.kill();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    const { engine } = this;
    this.engine = null;
    await engine?.close();
  }

  private watch(engine: Engine): void {
    this.engine = engine;
    const since = performance.now();
    engine.died.catch((error: unknown) => {
      if (this.engine !== engine) return;
      this.engine = null;
      if (this.closed) return;
      this.deaths = performance.now() - since > LONG ? 1 : this.deaths + 1;
      this.again(error);
    });
  }

  private again(error: unknown): void {
    const pauses = this.whole ? PAUSES.whole : PAUSES.never;
    const pause = pauses[Math.min(this.deaths, pauses.length) - 1] ?? 0;
    this.o.lost(error, pause);
    this.timer = setTimeout(() => void this.begin(), pause);
  }

  private async begin(): Promise<void> {
    let engine: Engine | null = null;
    this.whole = false;
    try {
      engine = await startEngine(this.o.engine);
      if (this.closed) return await engine.close();
      this.watch(engine);
      await this.o.back(engine);
      if (this.engine === engine) this.whole = true;
    } catch (error) {
      // Its death while it opens models is told by itself.
      if (this.closed || (engine && this.engine !== engine)) return;
      this.engine = null;
      await engine?.close().catch(() => undefined);
      this.deaths += 1;
      this.again(error);
    }
  }
}
