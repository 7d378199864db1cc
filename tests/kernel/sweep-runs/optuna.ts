/** Optuna itself, in a separate process: how it reads and extends a journal. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ensurePythonEnv } from "#tools/python-env.mjs";

export interface Optuna {
  ask(request: { readonly do: string; readonly file: string } & Readonly<Record<string, unknown>>): Promise<unknown>;
  end(): void;
}

export async function startOptuna(): Promise<Optuna> {
  const { python } = await ensurePythonEnv("optuna");
  const script = fileURLToPath(new URL("../../../../tests/kernel/sweep-runs/optuna_journal.py", import.meta.url));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error("Optuna's process ended");
      const came = JSON.parse(line.value) as { readonly answer?: unknown; readonly error?: string };
      if (came.error !== undefined) throw new Error(came.error);
      return came.answer;
    },
    end: () => child.kill(),
  };
}
