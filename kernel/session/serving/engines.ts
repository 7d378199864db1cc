/**
 * The engines of a server, each begun when it is first needed and watched from then on: one for what answers and one for what
 * writes, where `auto` takes another for the one than for the other, and for what is computed in bf16; else one for all.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Engine, EngineInfo, EngineOptions } from "../../engine/engine.js";
import { preferred } from "../../engine/start.js";
import type { Work } from "../../engine/work.js";
import type { Found } from "./found.js";
import { EngineLife } from "./engine-life.js";
import { memoryOf } from "./memory.js";

export const LOST = "what computes it has ended and is being started again";
/** For the log: its death was no accident. */
const KILLED = "it was stuck, and this server ended it";

export type Doing = "answers" | "writes";

export interface ServingEnginesOptions {
  /** Absent: `auto`. */
  readonly engine?: EngineOptions;
  /** It is gone; `again`: ms until it is begun anew. */
  lost(of: ServingEngine, error: unknown, again: number): void;
  /** There is a new one. What it throws counts as a death. */
  back(of: ServingEngine, engine: Engine): Promise<void>;
}

export class ServingEngine {
  private readonly life: EngineLife;
  private starting: Promise<Engine> | null = null;
  /** When it died last, by the clock of `performance`. */
  diedAt = 0;
  /** When the present one was to be begun. */
  begunAt = 0;
  /** Whether it was ended by this server itself, and its death not yet told. */
  private killed = false;

  constructor(engine: EngineOptions, o: Pick<ServingEnginesOptions, "lost" | "back">) {
    this.life = new EngineLife({
      engine,
      lost: (error, again) => {
        this.diedAt = performance.now();
        this.begunAt = this.diedAt + again;
        const { killed } = this;
        this.killed = false;
        o.lost(this, killed ? KILLED : error, again);
      },
      back: (begun) => o.back(this, begun),
    });
  }

  get now(): Engine | null {
    return this.life.now;
  }

  /** Begun when it is first needed. Coded error `model-opening` while it is begun anew. */
  async running(): Promise<Engine> {
    const { now } = this.life;
    if (now) return now;
    if (this.starting) {
      await this.starting;
      if (this.life.now) return this.life.now;
      throw new CodedError("model-opening", { name: "the engine", why: LOST, seconds: 1 });
    }
    const starting = this.life.start();
    this.starting = starting;
    // What couldn't be begun now may be later.
    starting.catch(() => {
      if (this.starting === starting) this.starting = null;
    });
    return starting;
  }

  /** Where its computation never ends. */
  kill(): void {
    this.killed = this.life.now !== null;
    this.life.kill();
  }
  abandon(): void {
    this.life.abandon();
  }
  close(): Promise<void> {
    return this.life.close();
  }
}

const WRITES: Work = { trains: "none", precision: "f32" };

export class ServingEngines {
  /** By the engine that is meant. */
  private readonly by = new Map<string, ServingEngine>();

  constructor(private readonly o: ServingEnginesOptions) {}

  /** What writes computes in f32, and has the engine where it is the same as another's. */
  async for(doing: Doing, precision: Found["precision"]): Promise<ServingEngine> {
    const asked: EngineOptions = { engine: "auto", ...this.o.engine };
    const answers: Work = { answers: true, precision };
    if (asked.engine !== "auto") return this.one(asked.engine, { work: answers, ...asked });
    if (asked.device !== undefined && asked.device !== "auto" && asked.device !== "cpu")
      return this.one(asked.device, { work: WRITES, ...asked });
    const { engine: writes } = await preferred(WRITES);
    const meant = doing === "writes" ? writes : (await preferred(answers)).engine;
    return this.one(meant, { work: meant === writes ? WRITES : answers, ...asked });
  }
  private one(meant: string, engine: EngineOptions): ServingEngine {
    const known = this.by.get(meant) ?? new ServingEngine(engine, this.o);
    this.by.set(meant, known);
    return known;
  }

  private get all(): readonly ServingEngine[] {
    return [...this.by.values()];
  }

  get running(): readonly EngineInfo[] {
    return this.all.flatMap(({ now }) => now?.info ?? []);
  }

  /** Bytes that their hosts hold together; null: nobody knows, or none is running. */
  memory(): number | null {
    const held = this.running.map(({ pid }) => memoryOf(pid));
    return held.length === 0 || held.includes(null) ? null : held.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  }

  /** Ends all at once, whatever they compute. */
  abandon(): void {
    for (const one of this.all) one.abandon();
  }
  async close(): Promise<void> {
    await Promise.all(this.all.map((one) => one.close()));
  }
}
