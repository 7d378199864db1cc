/** Compiles a grammar in a separate thread within a time limit, for the duration of its scheduler turn. */
import { Worker } from "node:worker_threads";
import type { GrammarWorkerInput, GrammarReadiness, GrammarStartupReport } from "./protocol.js";
import type { ScheduledRun } from "./fair-scheduler.js";

/** The thread of a compiled grammar, or why it failed. `refused`: it can never be compiled. */
export type CompiledGrammar = { readonly worker: Worker } | { readonly why: string; readonly refused: boolean };

/** `limit` is the time limit in ms, applied to starting the thread and again to compiling. */
export async function compileGrammar(
  workerData: GrammarWorkerInput,
  turn: ScheduledRun,
  limit: number,
): Promise<CompiledGrammar> {
  const worker = new Worker(new URL("./grammar.worker.js", import.meta.url), { workerData, env: {} });
  const word = await lastWord(worker, turn, limit);
  worker.unref();
  if (!("why" in word)) return { worker };
  void worker.terminate();
  return word;
}

function lastWord(worker: Worker, turn: ScheduledRun, limit: number): Promise<GrammarReadiness> {
  return new Promise((resolve) => {
    const failed = (why: string) => (): void => settle({ why, refused: false });
    const late = failed(`it takes more than ${String(limit / 1000)} s`);
    let timer = setTimeout(late, limit);
    const settle = (word: GrammarReadiness): void => {
      clearTimeout(timer);
      resolve(word);
    };
    worker.on("message", (stage: GrammarStartupReport) => {
      if (!("compiles" in stage)) return settle(stage);
      clearTimeout(timer);
      timer = setTimeout(late, limit);
      turn.begins();
    });
    worker.on("error", (error) => failed(error.message)());
    worker.once("exit", failed("its thread ended"));
    turn.signal.addEventListener("abort", failed("its turn is over"), { once: true });
  });
}
