/** The session's engine: started when first needed, started again after it died, asked for by one setting for the whole notebook. */
import type { Engine, EngineOptions } from "../engine/engine.js";
import { startEngine } from "../engine/start.js";

export class EngineRoom {
  private running: Promise<Engine> | null = null;
  private options: EngineOptions = { engine: "auto" };

  get settings(): EngineOptions {
    return this.options;
  }

  /** Another engine or number of threads: the one that runs is closed, and starts anew when needed. */
  async configure(options: EngineOptions): Promise<void> {
    if (JSON.stringify(options) === JSON.stringify(this.options)) return;
    this.options = options;
    await this.close();
  }

  engine(): Promise<Engine> {
    if (this.running) return this.running;
    const starting = startEngine(this.options);
    this.running = starting;
    const forget = () => {
      if (this.running === starting) this.running = null;
    };
    starting.then((engine) => engine.died.catch(forget), forget);
    return starting;
  }

  async close(): Promise<void> {
    const running = this.running;
    this.running = null;
    if (running) await (await running).close();
  }
}
