/** Makes a grammar ready in a thread of its own, within a time limit, for as long as its turn lasts. */
import { Worker } from "node:worker_threads";
import type { GrammarWorkerInput, GrammarReadiness, GrammarStartupReport } from "./protocol.js";
import type { ScheduledRun } from "./fair-scheduler.js";

/** The thread of a grammar that is ready; or why there is none, and whether there never can be (`refused`). */
export type CompiledGrammar = { readonly worker: Worker } | { readonly why: string; readonly refused: boolean };

/** `limit`: ms of starting the thread, and again of compiling. */
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
