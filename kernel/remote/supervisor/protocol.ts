/**
 * What is said over the socket of a training that runs by itself: JSON, a line each. Whoever asks is shown to be the same
 * user first (`prove`); then a training may be asked how it stands, followed, stopped in good order, or ended at once. Nothing
 * that is said names a file to read, a program or code.
 */
import * as v from "valibot";
import { figure, jsonOrNone, whole, type Schema } from "../../fetch/json.js";
import type { RunEvent } from "../../events/events.js";
import { quoted, unquoted } from "../../runs/log-lines.js";
import { isEvent } from "../../runs/read-events.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";

export const SOCKET = "control.sock";
/** Bytes of a line that asks, and of one that answers. */
export const MOST = { asked: 4096, answered: 1 << 20 } as const;

/** `proved`: the file that was named is there. */
export type Asked = { readonly ask: "proved" | "status" | "follow" | "stop" | "kill" };

export interface Status {
  readonly name: string;
  /** Folder of its run, by its last part. */
  readonly run: string;
  readonly process: number;
  readonly step: number;
  readonly steps: number | null;
  readonly stopping: boolean;
}
export type Answered =
  /** A file of this name is to be made in the run's folder, by whoever asks. */
  | { readonly is: "prove"; readonly file: string }
  | ({ readonly is: "status" } & Status)
  /** What comes from now on; what was before is in the first `behind` bytes of events.jsonl. */
  | { readonly is: "following"; readonly behind: number }
  | { readonly is: "event"; readonly event: RunEvent }
  | { readonly is: "validating"; readonly done: number; readonly of: number }
  | { readonly is: "stopping" }
  | { readonly is: "refused"; readonly why: string };

export const PROOF = /^\.peer-[0-9a-f]{24}$/;
const event = v.custom<RunEvent>((value) => isRecord(value) && isEvent(value));
const asked: Schema<Asked> = v.strictObject({ ask: v.picklist(["proved", "status", "follow", "stop", "kill"]) });
const answered: Schema<Answered> = v.variant("is", [
  v.object({ is: v.literal("prove"), file: v.pipe(v.string(), v.regex(PROOF)) }),
  v.object({
    is: v.literal("status"),
    name: v.string(),
    run: v.string(),
    process: whole(1),
    step: figure,
    steps: v.nullable(figure),
    stopping: v.boolean(),
  }),
  v.object({ is: v.literal("following"), behind: whole() }),
  v.object({ is: v.literal("event"), event }),
  v.object({ is: v.literal("validating"), done: figure, of: figure }),
  v.object({ is: v.literal("stopping") }),
  v.object({ is: v.literal("refused"), why: v.string() }),
]);

export const line = (said: Asked | Answered): string => `${JSON.stringify(said, quoted)}\n`;
/** Null: it is none. */
export const askedIn = (text: string): Asked | null => jsonOrNone(text, asked);
export const answeredIn = (text: string): Answered | null => jsonOrNone(text, answered, unquoted);

/** Takes bytes as they come and gives whole lines; false once a line is longer than it may be. */
export class Lines {
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
