/**
 * The joint between the wire (sockets, on a worker thread) and the cells (user code, on the main thread; completion on a
 * worker of its own). Offsets here are UTF-16; the wire converts from Jupyter's code points.
 */
import type { MessagePort } from "node:worker_threads";
import type { Completeness, Completion, Inspection, TuneKnowledge } from "../../../assist/answers.js";
import type { DisplayOutput } from "../../../display/bundle-output.js";
import type { ExecuteOutcome } from "../ports/execute-outcome.js";

/** Where a cell's output goes. Calls keep their order; late calls (timers) still reach the cell that made them. */
export interface CellOutput {
  stream(name: "stdout" | "stderr", text: string): void;
  display(shown: DisplayOutput): void;
  update(shown: DisplayOutput & { readonly id: string }): void;
  clear(wait: boolean): void;
  /** Opens the front end's pager with the reply of the cell (`display.page`); shown in place where the cell has replied already. */
  page?(shown: DisplayOutput): void;
  /** Asks the person; rejects with the coded error `no-input` when the front end allows none. */
  input(prompt: string, password: boolean): Promise<string>;
}
export interface ExecuteRequest {
  readonly code: string;
  /** execution_count of the cell. */
  readonly cell: number;
  /** What the front end calls the cell, where it says so. */
  readonly cellId?: string;
  readonly silent: boolean;
  readonly output: CellOutput;
  readonly userExpressions: Readonly<Record<string, string>>;
}
/** Runs cells on the main thread, one at a time. */
export interface Interpreter {
  execute(request: ExecuteRequest): Promise<ExecuteOutcome>;
  /** First stage of an interrupt: abort the running cell; its `execute` settles within a second. No-op when idle. */
  interrupt(): void;
  dispose(): Promise<void>;
}
/** Answers about text; lives on a worker so that it answers while a cell computes. */
export interface Assistant {
  complete(code: string, offset: number): Promise<Completion>;
  inspect(code: string, offset: number, detail: number): Promise<Inspection>;
  isComplete(code: string): Promise<Completeness>;
}
/** A language whose cells the interpreter hands over (Tune). TypeScript itself is the interpreter's own. */
export interface CellLanguage {
  readonly name: string;
  owns(code: string): boolean;
  execute(
    request: ExecuteRequest,
    context: { readonly signal: AbortSignal; readonly names: SessionNames },
  ): Promise<ExecuteOutcome>;
}
/** One set of names for both languages. */
export interface SessionNames {
  /** Defines or replaces a name made by Tune; `type` is the text of its TypeScript type. Takes effect in the next cell. */
  define(name: string, value: unknown, type: string): void;
  remove(name: string): void;
  /** Value of a name made by a TypeScript cell (`$x`), if there is one. */
  get(name: string): { readonly value: unknown } | undefined;
  /** Names made by TypeScript cells. */
  typescript(): readonly string[];
}
export interface CellsOptions {
  /** Folder of the notebook: imports of cells start there. */
  readonly folder: string;
  /** Folder of all runs; beside the notebook unless told. */
  readonly runs?: string;
  /** Languages beside TypeScript; the first that owns a cell runs it. */
  readonly languages: readonly CellLanguage[];
  /** Verbs of Tune, for hints where a TypeScript cell does not parse. */
  readonly verbs?: readonly string[];
  /** Ambient TypeScript declarations that the types given to `Names.define` may refer to. */
  readonly declarations?: string;
}
/** What `createInterpreter` gives. */
export interface CellRuntime {
  readonly interpreter: Interpreter;
  readonly names: SessionNames;
  /** A new port to the assistant's worker; it speaks `kernel/apps/jupyter/cells/assistant-port.ts`. */
  assistantPort(): MessagePort;
  /** `take` is given a port to each assistant that is started after one ended. */
  onAssistantRestart(take: (port: MessagePort) => void): void;
  informAssistant(knowledge: TuneKnowledge): void;
  /**
   * One shared 32-bit number. Another thread that stores 1 here stops a synchronous loop of the cell within microseconds,
   * by an error thrown at the loop's next turn; `interrupt()` puts it back to 0. Loops inside packages do not look at it:
   * for them `Runtime.terminateExecution` remains.
   */
  readonly stop: Int32Array;
}
