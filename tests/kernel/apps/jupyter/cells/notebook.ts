/** A notebook without a wire: runs cells through the real interpreter and records each cell's output. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterpreter } from "#kernel/apps/jupyter/cells/create.js";
import type { ExecuteOutcome } from "#kernel/apps/jupyter/ports/execute-outcome.js";
import type { CellLanguage, InterpreterHandle, CellOutputReceiver } from "#kernel/apps/jupyter/cells/interpreter.js";
import type { DisplayOutput } from "#kernel/display/html.js";

export interface Ran {
  readonly cell: number;
  readonly outcome: ExecuteOutcome;
  /** Text and displays of the cell so far; late output is appended. */
  readonly output: Kept;
  /** `text/plain` of the result. */
  readonly text: unknown;
}
export class Kept implements CellOutputReceiver {
  stdout = "";
  stderr = "";
  readonly displays: DisplayOutput[] = [];
  readonly updates: DisplayOutput[] = [];
  readonly clears: boolean[] = [];
  readonly prompts: string[] = [];
  answer = "";
  stream(name: "stdout" | "stderr", text: string): void {
    this[name] += text;
  }
  display(shown: DisplayOutput): void {
    this.displays.push(shown);
  }
  update(shown: DisplayOutput): void {
    this.updates.push(shown);
  }
  clear(wait: boolean): void {
    this.clears.push(wait);
  }
  input(prompt: string, password: boolean): Promise<string> {
    this.prompts.push(password ? `${prompt} (hidden)` : prompt);
    return Promise.resolve(this.answer);
  }
}

export class Notebook {
  private count = 0;
  private constructor(
    readonly folder: string,
    readonly cells: InterpreterHandle,
  ) {}
  static async open(languages: readonly CellLanguage[] = [], declarations = ""): Promise<Notebook> {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-cells-"));
    return new Notebook(
      folder,
      await createInterpreter({ folder, languages, verbs: ["data", "model", "train", "evaluate"], declarations }),
    );
  }
  file(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }
  async run(
    code: string,
    options: {
      readonly answer?: string;
      readonly silent?: boolean;
      readonly userExpressions?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Ran> {
    const started = this.start(code, options);
    return started.done;
  }
  start(
    code: string,
    {
      answer = "",
      silent = false,
      userExpressions = {},
    }: {
      readonly answer?: string;
      readonly silent?: boolean;
      readonly userExpressions?: Readonly<Record<string, string>>;
    } = {},
  ): { readonly output: Kept; readonly done: Promise<Ran> } {
    const cell = ++this.count;
    const output = new Kept();
    output.answer = answer;
    const done = this.cells.interpreter.execute({ code, cell, silent, output, userExpressions }).then((outcome) => ({
      cell,
      outcome,
      output,
      text: outcome.status === "ok" ? outcome.result?.bundle["text/plain"] : undefined,
    }));
    return { output, done };
  }
  async close(): Promise<void> {
    await this.cells.interpreter.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function traceback({ outcome }: Ran): string {
  return outcome.status === "error" ? outcome.traceback.join("\n") : "";
}
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
