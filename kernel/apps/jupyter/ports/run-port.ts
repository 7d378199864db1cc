/**
 * Messages between the wire thread and the main thread about cells.
 *
 * The wire decides when a cell runs; the main thread runs it and reports. The protocol survives
 * `Runtime.terminateExecution` on the main thread: messages are events, and no promise waits for another on it.
 */
import type { MessagePort } from "node:worker_threads";
import type { ExecuteOutcome } from "./execute-outcome.js";

/** Id of one run of a cell: unlike the execution count it is never reused. */
export type RunId = number;

export type MessageToMain =
  | {
      readonly kind: "execute";
      readonly run: RunId;
      readonly code: string;
      readonly cell: number;
      readonly cellId?: string;
      readonly silent: boolean;
      readonly userExpressions: Readonly<Record<string, string>>;
    }
  /**
   * Applies only to this run (undefined: to no cell, but to code that earlier ones left running). `ended`: JavaScript
   * was terminated, so the cell may be unable to settle itself.
   */
  | { readonly kind: "interrupt"; readonly run: RunId | undefined; readonly ended: boolean }
  /** Answered by `pong` at the next turn of the main thread's event loop. */
  | { readonly kind: "ping"; readonly id: number }
  | { readonly kind: "input"; readonly id: number; readonly value: string | undefined }
  | { readonly kind: "comm"; readonly event: CommEvent }
  /** `patience`: additional seconds for disposing of resources. */
  | { readonly kind: "shutdown"; readonly restart: boolean; readonly patience: number };

export type MessageFromMainThread =
  /** Cells can run. `stop`: see `InterpreterHandle.stop`; `assistant`: a port with the protocol of `assistant-port.ts`. */
  | { readonly kind: "ready"; readonly stop: Int32Array; readonly assistant: MessagePort }
  /** A new assistant that replaces one that ended. */
  | { readonly kind: "assistant"; readonly assistant: MessagePort }
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "pong"; readonly id: number; readonly run: RunId | undefined }
  | {
      readonly kind: "stream";
      readonly run: RunId;
      readonly name: "stdout" | "stderr";
      readonly text: string;
      readonly weight: number;
    }
  /** display_data, update_display_data, execute_result or clear_output; `content` is JSON text. */
  | {
      readonly kind: "publish";
      readonly run: RunId;
      readonly type: string;
      readonly content: string;
      readonly weight: number;
    }
  | { readonly kind: "page"; readonly run: RunId; readonly payload: string }
  | {
      readonly kind: "ask";
      readonly run: RunId;
      readonly id: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | { readonly kind: "done"; readonly run: RunId; readonly outcome: CellRunOutcome }
  | { readonly kind: "comm"; readonly event: CommEvent }
  | { readonly kind: "target"; readonly name: string }
  | { readonly kind: "sigint" }
  /** The last message: the wire closes its sockets and its thread ends. */
  | { readonly kind: "bye" };

/** An outcome whose outputs were already published; `text` is the plain text of the result, for the history. */
export type CellRunOutcome =
  | { readonly status: "ok"; readonly userExpressions: string; readonly text?: string }
  | Pick<Extract<ExecuteOutcome, { status: "error" }>, "status" | "ename" | "evalue" | "traceback">;

export interface CommEvent {
  readonly event: "open" | "msg" | "close";
  readonly id: string;
  readonly target?: string;
  readonly data: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly Uint8Array[];
}

/** Name of the error of an interrupted cell. */
export const interruptedName = "Interrupted";
export const interruptedOutcome: CellRunOutcome = {
  status: "error",
  ename: interruptedName,
  evalue: "the cell was interrupted",
  traceback: ["Interrupted: the cell was interrupted"],
};
