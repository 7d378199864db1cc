/** The session's engine: started when first needed, started again after it died, asked for by one setting for the whole notebook. */
import type { Plan } from "#dsl/plan/plan.js";
import type { Work } from "../../engine/work.js";
import type { Engine, EngineOptions } from "../../engine/engine.js";
import { preferred, startEngine } from "../../engine/start.js";

export class EngineRoom {
  private running: Promise<Engine> | null = null;
  private options: EngineOptions = { engine: "auto" };
  private staying = 0;

  /** `begin`: what gives an engine when one is needed; another session may lend its own. */
  constructor(private readonly begin: (options: EngineOptions) => Promise<Engine> = startEngine) {}

  get settings(): EngineOptions {
    return this.options;
  }

  /** Another engine or number of threads: the one that runs is closed, and starts anew when needed. */
  async configure(options: EngineOptions): Promise<void> {
    if (JSON.stringify(options) === JSON.stringify(this.options)) return;
    this.options = options;
    await this.close();
  }

  /**
   * The running engine, or one started for `work`. Under `auto` work that another engine does faster, or that this one
   * can't do, gets that engine: models come back from their checkpoints.
   */
  async engine(work?: Work): Promise<Engine> {
    if (this.running && this.staying > 0) return this.running;
    if (this.running && work && (await this.suits(await this.running, work))) return this.running;
    if (this.running && work) await this.close();
    return this.running ?? this.start(work);
  }

  /** The engine that runs, or that is started next, is not given up for other work until what comes back is called. */
  stay(): () => void {
    this.staying += 1;
    let stays = true;
    return () => {
      if (stays) this.staying -= 1;
      stays = false;
    };
  }

  /** Looking (nothing trains) is no reason to change, unless the engine lacks the precision. */
  private async suits({ info }: Engine, work: Work): Promise<boolean> {
    const { engine, device } = this.options;
    const settled = work.trains === "none" && work.precision !== "bf16";
    if (engine !== "auto" || device !== undefined || info.name === "tfjs" || settled) return true;
    return (await preferred(work)).engine === info.name;
  }

  private start(work: Work | undefined): Promise<Engine> {
    const starting = this.begin({ ...this.options, ...(work && { work }) });
    this.running = starting;
    const forget = () => {
      if (this.running === starting) this.running = null;
    };
    starting.then((engine) => engine.died.catch(forget), forget);
    return starting;
  }

  /** What training by a plan asks of an engine; `looking`: only its model is run. */
  static work({ recipe, estimates }: Plan, looking = false): Work {
    const all = estimates.trainable > estimates.parameters / 2;
    return { trains: looking ? "none" : all ? "all" : "few", precision: recipe.training.precision };
  }

  async close(): Promise<void> {
    const running = this.running;
    this.running = null;
    if (running) await (await running).close();
  }
}
