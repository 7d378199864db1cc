/**
 * Protocol of a detached training's socket: one JSON object per line. A client first proves that it is the same user
 * (`prove`). Then it may request the status, follow the training, stop it in an orderly way, or kill it. No message
 * names a file to read, a program or code.
 */
import * as v from "valibot";
import { anyNumber, parseJsonOrNull, wholeNumber, type Schema } from "../../fetch/json.js";
import type { RunEvent } from "../../events/events.js";
import { quoteNonFinite, unquoteNonFinite } from "../../runs/log-lines.js";
import { isRunEvent } from "../../runs/read-events.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";

export const SOCKET_NAME = "control.sock";
/** Maximum bytes of a request line and of a response line. */
export const MAX_LINE_BYTES = { asked: 4096, answered: 1 << 20 } as const;

/** `proved`: the requested file has been created. */
export type ControlRequest = { readonly ask: "proved" | "status" | "follow" | "stop" | "kill" };

export interface TrainingStatus {
  readonly name: string;
  /** Last part of the run folder's path. */
  readonly run: string;
  readonly process: number;
  readonly step: number;
  readonly steps: number | null;
  readonly stopping: boolean;
}
export type ControlReply =
  /** The client must create a file of this name in the run's folder. */
  | { readonly is: "prove"; readonly file: string }
  | ({ readonly is: "status" } & TrainingStatus)
  /** Later events follow; earlier ones are in the first `behind` bytes of events.jsonl. */
  | { readonly is: "following"; readonly behind: number }
  | { readonly is: "event"; readonly event: RunEvent }
  | { readonly is: "validating"; readonly done: number; readonly of: number }
  | { readonly is: "stopping" }
  | { readonly is: "refused"; readonly why: string };

export const PEER_PROOF_NAME_PATTERN = /^\.peer-[0-9a-f]{24}$/;
const event = v.custom<RunEvent>((value) => isRecord(value) && isRunEvent(value));
const requestSchema: Schema<ControlRequest> = v.strictObject({
  ask: v.picklist(["proved", "status", "follow", "stop", "kill"]),
});
const answered: Schema<ControlReply> = v.variant("is", [
  v.object({ is: v.literal("prove"), file: v.pipe(v.string(), v.regex(PEER_PROOF_NAME_PATTERN)) }),
  v.object({
    is: v.literal("status"),
    name: v.string(),
    run: v.string(),
    process: wholeNumber(1),
    step: anyNumber,
    steps: v.nullable(anyNumber),
    stopping: v.boolean(),
  }),
  v.object({ is: v.literal("following"), behind: wholeNumber() }),
  v.object({ is: v.literal("event"), event }),
  v.object({ is: v.literal("validating"), done: anyNumber, of: anyNumber }),
  v.object({ is: v.literal("stopping") }),
  v.object({ is: v.literal("refused"), why: v.string() }),
]);

export const serializeControlMessage = (message: ControlRequest | ControlReply): string =>
  `${JSON.stringify(message, quoteNonFinite)}\n`;
/** Returns null for an invalid request. */
export const parseControlRequest = (text: string): ControlRequest | null => parseJsonOrNull(text, requestSchema);
export const parseControlReply = (text: string): ControlReply | null =>
  parseJsonOrNull(text, answered, unquoteNonFinite);

/** Splits incoming bytes into complete lines; returns false once a line exceeds the limit. */
export class LineReader {
  private rest = "";
  constructor(private readonly most: number) {}

  take(piece: string, on: (line: string) => void): boolean {
    const lines = (this.rest + piece).split("\n");
    this.rest = lines.pop() ?? "";
    for (const one of lines) {
      if (one.length > this.most) return false;
      if (one !== "") on(one);
    }
    return this.rest.length <= this.most;
  }
}
