/**
 * All engines of one owner. A session runs one engine at a time and changes it with the work (`engine`); a server runs
 * one for each purpose (`engineFor`) and restarts it after a crash.
 */
import type { Engine, EngineInfo, EngineOptions } from "../engine.js";
import { preferredEngine } from "../start-engine.js";
import type { EngineWork } from "../engine-work.js";
import { ManagedEngine, type RestartHandlers, type StartEngine } from "./managed-engine.js";
import { processMemory } from "./process-memory.js";

/** Purpose of a served model's engine. */
export type ServingPurpose = "answers" | "writes";

export interface EngineManagerOptions {
  /** The engine and the device to use. Defaults to the fastest that works on this machine. */
  readonly settings?: EngineOptions;
  /** Starts an engine; another session may share its engine. Defaults to `startEngine`. */
  readonly start?: StartEngine;
  /** Restarts crashed engines. Without a policy, a crashed engine starts again with its next use. */
  readonly restart?: RestartHandlers;
}

/** Text is generated in f32. */
const WRITING: EngineWork = { trains: "none", precision: "f32" };

export class EngineManager {
  private current: EngineOptions;
  /** The engine of a session. */
  private single: ManagedEngine | null = null;
  /** The engines of a server, by the name of the engine or of the device. */
  private readonly byName = new Map<string, ManagedEngine>();
  private pins = 0;

  constructor(private readonly options: EngineManagerOptions = {}) {
    this.current = { engine: "auto", ...options.settings };
  }

  get settings(): EngineOptions {
    return this.current;
  }

  /** Changes the engine or the number of threads: running engines are closed, and start again with the next use. */
  async configure(settings: EngineOptions): Promise<void> {
    if (JSON.stringify(settings) === JSON.stringify(this.current)) return;
    this.current = settings;
    await this.close();
  }

  /**
   * Returns the running engine, or starts one for `work`. Under `auto`, the engine is replaced if another does the work
   * faster, or this one cannot do it: models are restored from their checkpoints.
   */
  async engine(work?: EngineWork): Promise<Engine> {
    const active = this.single?.isActive ? this.single : null;
    if (active && (this.pins > 0 || !work || (await this.suits(await active.acquire(), work)))) return active.acquire();
    if (active && this.single === active) await this.close();
    if (!this.single?.isActive) this.single = this.managed({ ...this.current, ...(work && { work }) });
    return this.single.acquire();
  }

  /** Keeps the session's engine, running or started next, from being replaced, until the returned function is called. */
  pin(): () => void {
    this.pins += 1;
    let isPinned = true;
    return () => {
      if (isPinned) this.pins -= 1;
      isPinned = false;
    };
  }

  /**
   * Returns the engine for a purpose, in addition to those for others; it is not started yet. Under `auto`, two
   * purposes may prefer different engines.
   */
  async engineFor(purpose: ServingPurpose, precision: EngineWork["precision"] & string): Promise<ManagedEngine> {
    const { engine, device = "auto" } = this.current;
    const answering: EngineWork = { answers: true, precision };
    if (engine !== "auto") return this.named(engine, answering);
    if (device !== "auto" && device !== "cpu") return this.named(device, WRITING);
    const { engine: writing } = await preferredEngine(WRITING);
    const name = purpose === "writes" ? writing : (await preferredEngine(answering)).engine;
    return this.named(name, name === writing ? WRITING : answering);
  }

  private named(name: string, work: EngineWork): ManagedEngine {
    const engine = this.byName.get(name) ?? this.managed({ work, ...this.current });
    this.byName.set(name, engine);
    return engine;
  }
  private managed(options: EngineOptions): ManagedEngine {
    return new ManagedEngine(options, this.options.start, this.options.restart);
  }

  private get all(): readonly ManagedEngine[] {
    return [...(this.single ? [this.single] : []), ...this.byName.values()];
  }

  get running(): readonly EngineInfo[] {
    return this.all.flatMap(({ current }) => current?.info ?? []);
  }

  /** Returns the total bytes of the engines' processes; null if none runs or the system does not report it. */
  memory(): number | null {
    const sizes = this.running.map(({ pid }) => processMemory(pid));
    return sizes.length === 0 || sizes.includes(null) ? null : sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  }

  /** Ends all engines at once, even during a computation. */
  abandon(): void {
    for (const one of this.all) one.abandon();
  }
  /** Closes all engines. The engine of `engine` may be used again; those of `engineFor` stay closed. */
  async close(): Promise<void> {
    const closing = this.all;
    this.single = null;
    await Promise.all(closing.map((one) => one.close()));
  }

  /** Inference alone does not replace an engine, unless that engine lacks the precision. */
  private async suits({ info }: Engine, work: EngineWork): Promise<boolean> {
    const { engine, device } = this.current;
    const canStay = work.trains === "none" && work.precision !== "bf16";
    if (engine !== "auto" || device !== undefined || info.name === "tfjs" || canStay) return true;
    return (await preferredEngine(work)).engine === info.name;
  }
}
