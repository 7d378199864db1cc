/** Starts loads (`./load.ts`), and defines the requests to the models of `./models.ts`. */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Ask, Came, Load, Told } from "./load.js";

export class Driven {
  private told_: Told = { right: [], wrong: 0, failed: {} };
  readonly came: Promise<Came>;
  private readonly child: ChildProcess;

  constructor(load: Load) {
    this.child = fork(fileURLToPath(new URL("./load.js", import.meta.url)), {
      // Figures may be NaN, which only the advanced serialization preserves.
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      serialization: "advanced",
    });
    this.came = new Promise((done, failed) => {
      this.child.on("message", (message: { readonly told?: Told; readonly came?: Came }) => {
        if (message.told) this.told_ = message.told;
        if (message.came) done(message.came);
      });
      this.child.once("exit", (code, signal) => failed(new Error(`the load ended early: ${String(code ?? signal)}`)));
    });
    this.child.send(load);
  }

  get told(): Told {
    return this.told_;
  }
  stop(): Promise<Came> {
    this.child.send("stop");
    return this.came;
  }
  /** Closes all connections and returns the last report. */
  async kill(): Promise<Told> {
    this.child.kill("SIGKILL");
    await this.came.catch(() => undefined);
    return this.told;
  }
}

export const run = (load: Load): Promise<Came> => new Driven(load).came;

export const sum = (of: Iterable<number>): number => [...of].reduce((all, one) => all + one, 0);
/** Number of wrong and failed responses. */
export const broken = ({ wrong, failed }: Told): number => wrong + sum(Object.values(failed));

export function asksLabels(
  texts: readonly string[],
  expected: readonly (readonly string[])[],
  model?: string,
): readonly Ask[] {
  return texts.map((inputs, i) => ({
    path: "/predict",
    body: JSON.stringify({ inputs, ...(model !== undefined && { model }) }),
    answered: "label",
    expected: expected[i]!,
  }));
}

export function asksTexts(prompts: readonly string[], model: string, tokens: number): readonly Ask[] {
  return prompts.map((prompt) => ({
    path: "/v1/completions",
    body: JSON.stringify({
      model,
      prompt,
      max_tokens: tokens,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    }),
    answered: "text",
    expected: null,
  }));
}
