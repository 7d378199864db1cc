/**
 * What the lab extension and the kernel say to each other over the comm `tunebook.assist`: types alone, imported by both ends
 * (assist-comm.ts here, `channel.ts` there), so that a field renamed at one of them compiles at neither.
 *
 * The extension sends `{ id, method, ... }` with the parameters of the method beside them. Each is answered once, `{ id, result }`
 * or `{ id, error }`. A watch is answered again and again, `{ watch: id, result }`, until it is ended or another of its kind begins.
 */
import type { RunComparisonRequest } from "../../../../runs/history/run-comparison.js";
import type { RunView } from "../../../../runs/history/run-listing.js";
import type { RunNotes } from "../../../../runs/history/run-notes.js";
import type { AssistantMethods, NotebookText } from "../../cells/assistant-port.js";

interface Exchange<Params, Method extends keyof AssistantMethods> {
  readonly params: Params;
  readonly result: AssistantMethods[Method]["result"];
}
interface Code {
  readonly code: string;
}
/** `offset`: UTF-16. */
interface Place extends Code {
  readonly offset: number;
}

/** What may be asked, each with its parameters as they stand in the message, and its answer. */
export interface AssistQuestions {
  readonly check: Exchange<Code, "check">;
  readonly format: Exchange<Code, "format">;
  readonly complete: Exchange<Place, "complete">;
  readonly inspect: Exchange<Place, "inspect">;
  readonly plan: Exchange<NotebookText & { readonly measure?: boolean }, "plan">;
  readonly run: Exchange<{ readonly run: string; readonly against: string | null }, "run">;
  readonly loadRun: Exchange<{ readonly run: string; readonly cells: readonly string[] }, "loadRun">;
  readonly noteRun: Exchange<{ readonly run: string } & RunNotes, "noteRun">;
  readonly deleteRun: Exchange<{ readonly run: string }, "deleteRun">;
  readonly stopRun: Exchange<{ readonly run: string }, "stopRun">;
}
export type AssistQuestion = keyof AssistQuestions;

/** What may be watched: `watchRuns` and `unwatchRuns`, `watchCompared` and `unwatchCompared`. */
export interface AssistWatches {
  readonly Runs: Exchange<Omit<RunView, "on"> & Partial<Pick<RunView, "on">>, "runs">;
  readonly Compared: Exchange<RunComparisonRequest, "compareRuns">;
}
export type AssistWatch = keyof AssistWatches;

/** What comes from the kernel, with the number of the question. */
export type AssistReply<Id = number> = ({ readonly id: Id } | { readonly watch: Id }) &
  ({ readonly result: unknown } | { readonly error: string });

/** Parameters as they came: named as they should be, of whatever type. */
export type UncheckedParams<Params> = { readonly [Name in keyof Params]?: unknown };
