/** A small detached training in a separate folder, and helpers that inspect its processes. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DisplayOutput } from "#kernel/display/html.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { readDetachedNote } from "#kernel/runs/detached-run.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { startKernel, type KernelClient } from "#kernel/apps/jupyter/client/client.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { lentEngine } from "../../../engines/engines.js";
import { definitions } from "../../../session/small-training.js";
import { childrenOf } from "../../../training/kills.js";

export const settings = (steps: number, more = ""): string =>
  `steps: ${String(steps)}, batch_size: 8, log: every(steps: 1), checkpoint: every(steps: 3), validate: every(steps: 10), seed: 3${more}`;
export const trains = (name: string, steps: number, more = ", detach: true"): string =>
  `${definitions}train m on d as ${name} { ${settings(steps, more)} }`;

/**
 * Runs a cell and those that follow it in a new session, like a newly opened notebook. Returns what they displayed, as
 * text.
 */
export function cell(
  folder: string,
  runs: string,
  text: string,
  signal?: AbortSignal,
  ...others: readonly string[]
): Promise<string> {
  return inSession({ folder, runs, texts: [text, ...others], ...(signal && { signal }) });
}

/** Runs a cell in a new session and interrupts it once its output matches `once`. */
export function interrupted(folder: string, runs: string, text: string, once: RegExp): Promise<string> {
  const stop = new AbortController();
  const onShown = (shown: string): void => void (once.test(shown) && stop.abort());
  return inSession({ folder, runs, texts: [text], signal: stop.signal, onShown });
}

async function inSession(o: {
  readonly folder: string;
  readonly runs: string;
  readonly texts: readonly string[];
  readonly signal?: AbortSignal;
  readonly onShown?: (shown: string) => void;
}): Promise<string> {
  const { folder, runs, signal } = o;
  const session = new TuneSession({ folder, runs, startEngine: lentEngine });
  const shown: string[] = [];
  const show = (one: DisplayOutput): void => {
    const text = String(one.bundle["text/plain"]);
    shown.push(text);
    o.onShown?.(text);
  };
  const hostContext = { ...plainHostContext(folder), ...(signal && { signal }) };
  try {
    for (const [i, text] of o.texts.entries()) {
      const name = `cell ${String(i + 1)}`;
      await session.run(
        { id: name, title: name, text, cell: i + 1 },
        { screen: { display: show, update: show }, hostContext, ...(signal && { signal }) },
      );
    }
    return shown.join("\n");
  } finally {
    await session.close();
  }
}

export const runsOf = (runs: string, name: string): readonly RunFolder[] =>
  readdirSync(runs)
    .filter((id) => id.startsWith(`${name}-`))
    .sort()
    .map((id) => RunFolder.open(join(runs, id)));

/** Returns the id of the detached process that trains the run; -1 if there is none. */
export const processOf = (run: RunFolder): number => readDetachedNote(run.path)?.process.id ?? -1;

/** Reports whether a process runs; a zombie that was not reaped does not count. */
export function isThere(id: number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(id)}/stat`, "utf8");
    return !["Z", "X"].includes(stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "");
  } catch {
    return false;
  }
}

/** Starts a kernel; `end` kills its launcher and the processes which that started. */
export async function kernelIn(
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly kernel: KernelClient; end(): Promise<void> }> {
  const before = new Set(childrenOf(process.pid));
  const kernel = await startKernel({ cwd: folder, env });
  const end = async (): Promise<void> => {
    const launchers = childrenOf(process.pid).filter((id) => !before.has(id));
    for (const id of launchers.flatMap((one) => [one, ...childrenOf(one)])) kill(id);
    await kernel.kill().catch(() => undefined);
  };
  return { kernel, end };
}
export function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // the process has ended
  }
}
