/**
 * The engines of a server, each begun when it is first needed and watched from then on: one for what answers and one for what
 * writes, where `auto` takes another for the one than for the other; else one for both.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Engine, EngineInfo, EngineOptions } from "../../engine/engine.js";
import { preferred } from "../../engine/start.js";
import type { Work } from "../../engine/work.js";
import { EngineLife } from "./engine-life.js";
import { memoryOf } from "./memory.js";
import "../../serving/model-codes.js";

export const LOST = "what computes it has ended and is being started again";

export type Doing = "answers" | "writes";

export interface ServingEnginesOptions {
  /** Of all models together. */
  readonly precision: "f32" | "bf16";
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

  constructor(engine: EngineOptions, o: Pick<ServingEnginesOptions, "lost" | "back">) {
    this.life = new EngineLife({
      engine,
      lost: (error, again) => {
        this.diedAt = performance.now();
        o.lost(this, error, again);
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
    this.starting = this.life.start();
    return this.starting;
  }

  close(): Promise<void> {
    return this.life.close();
  }
}

export class ServingEngines {
  private readonly all: readonly ServingEngine[];

  private constructor(private readonly by: Readonly<Record<Doing, ServingEngine>>) {
    this.all = [...new Set([by.answers, by.writes])];
  }

  static async of({ precision, engine, ...o }: ServingEnginesOptions): Promise<ServingEngines> {
    const asked: EngineOptions = { engine: "auto", ...engine };
    const works = { answers: { answers: true, precision }, writes: { trains: "none", precision } } as const;
    const of = (work: Work): ServingEngine => new ServingEngine({ work, ...asked }, o);
    const same = (all: ServingEngine): ServingEngines => new ServingEngines({ answers: all, writes: all });
    if (asked.engine !== "auto") return same(of(works.answers));
    const writes = of(works.writes);
    if (asked.device !== undefined && asked.device !== "auto" && asked.device !== "cpu") return same(writes);
    const [one, other] = await Promise.all([preferred(works.answers), preferred(works.writes)]);
    return one.engine === other.engine ? same(writes) : new ServingEngines({ answers: of(works.answers), writes });
  }

  for(doing: Doing): ServingEngine {
    return this.by[doing];
  }

  get running(): readonly EngineInfo[] {
    return this.all.flatMap(({ now }) => now?.info ?? []);
  }

  /** Bytes that their hosts hold together; null: nobody knows, or none is running. */
  memory(): number | null {
    const held = this.running.map(({ pid }) => memoryOf(pid));
    return held.length === 0 || held.includes(null) ? null : held.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((one) => one.close()));
  }
}
