/**
 * Interface between the wire (sockets, on a worker thread) and the cells (user code, on the main thread; completion on
 * a separate worker). Offsets are UTF-16; the wire converts from Jupyter's code points.
 */
import type { MessagePort } from "node:worker_threads";
import type {
  CodeCompletenessReply,
  CompletionReply,
  InspectionReply,
  EarlierTuneCellsFacts,
} from "../../../assist/answers.js";
import type { DisplayOutput } from "../../../display/html.js";
import type { ExecuteOutcome } from "../ports/execute-outcome.js";

/** Receives a cell's output. Calls keep their order; late calls (timers) still reach the cell that made them. */
export interface CellOutputReceiver {
  stream(name: "stdout" | "stderr", text: string): void;
  display(shown: DisplayOutput): void;
  update(shown: DisplayOutput & { readonly id: string }): void;
  clear(wait: boolean): void;
  /**
   * Opens the front end's pager with the cell's reply (`display.page`); shown in place if the cell has already replied.
   */
  page?(shown: DisplayOutput): void;
  /** Requests input from the user; rejects with `no-input` if the front end does not allow it. */
  input(prompt: string, password: boolean): Promise<string>;
}
export interface ExecuteRequest {
  readonly code: string;
  /** execution_count of the cell. */
  readonly cell: number;
  /** The front end's id of the cell, if it sends one. */
  readonly cellId?: string;
  readonly silent: boolean;
  readonly output: CellOutputReceiver;
  readonly userExpressions: Readonly<Record<string, string>>;
}
/** Runs cells on the main thread, one at a time. */
export interface Interpreter {
  execute(request: ExecuteRequest): Promise<ExecuteOutcome>;
  /**
   * First step of an interrupt: aborts the running cell; its `execute` settles within a second. Does nothing when idle.
   */
  interrupt(): void;
  dispose(): Promise<void>;
}
/** Answers requests about text; lives on a worker so that it answers while a cell computes. */
export interface Assistant {
  complete(code: string, offset: number): Promise<CompletionReply>;
  inspect(code: string, offset: number, detail: number): Promise<InspectionReply>;
  isComplete(code: string): Promise<CodeCompletenessReply>;
}
/** A language whose cells the interpreter delegates (Tune). It runs TypeScript itself. */
export interface CellLanguage {
  readonly name: string;
  owns(code: string): boolean;
  execute(
    request: ExecuteRequest,
    context: { readonly signal: AbortSignal; readonly names: SessionNames },
  ): Promise<ExecuteOutcome>;
}
/** Names shared by both languages. */
export interface SessionNames {
  /**
   * Defines or replaces a name from Tune; `type` is the text of its TypeScript type. Takes effect in the next cell.
   */
  define(name: string, value: unknown, type: string): void;
  remove(name: string): void;
  /** Returns the value of a name from a TypeScript cell (`$x`), if it exists. */
  get(name: string): { readonly value: unknown } | undefined;
  /** Names defined by TypeScript cells. */
  typescript(): readonly string[];
}
export interface CellsOptions {
  /** Folder of the notebook, from which cells' imports are resolved. */
  readonly folder: string;
  /** Folder of all runs; defaults to one next to the notebook. */
  readonly runs?: string;
  /** Languages other than TypeScript; the first that accepts a cell runs it. */
  readonly languages: readonly CellLanguage[];
  /** Verbs of Tune, for hints if a TypeScript cell does not parse. */
  readonly verbs?: readonly string[];
  /** Ambient TypeScript declarations that types passed to `SessionNames.define` may use. */
  readonly declarations?: string;
}
export interface InterpreterHandle {
  readonly interpreter: Interpreter;
  readonly names: SessionNames;
  /**
   * Opens a new port to the assistant's worker, with the protocol of `kernel/apps/jupyter/cells/assistant-port.ts`.
   */
  assistantPort(): MessagePort;
  /** Calls `take` with a port to each assistant that replaces one that ended. */
  onAssistantRestart(take: (port: MessagePort) => void): void;
  informAssistant(knowledge: EarlierTuneCellsFacts): void;
  /**
   * One shared 32-bit number. Another thread that stores 1 in it stops a synchronous loop of the cell within
   * microseconds, by an error thrown at the loop's next iteration; `interrupt()` resets it to 0. Loops inside packages
   * do not read it: for them `Runtime.terminateExecution` remains.
   */
  readonly stop: Int32Array;
}
