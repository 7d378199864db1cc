/**
 * Messages between the lab extension and the kernel over the comm `tunebook.assist`: types only, imported by both ends
 * (assist-comm.ts in the kernel, `channel.ts` in the extension), so that a field renamed at one end compiles at
 * neither.
 *
 * The extension sends `{ id, method, ... }` together with the method's parameters. Each request gets one answer, `{ id,
 * result }` or `{ id, error }`. A watch gets repeated answers, `{ watch: id, result }`, until it ends or another of its
 * kind begins.
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

/** Requests, each with its parameters as in the message, and its answer. */
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
export type AssistQuestionName = keyof AssistQuestions;

/** Watches: `watchRuns` and `unwatchRuns`, `watchCompared` and `unwatchCompared`. */
export interface AssistWatches {
  readonly Runs: Exchange<Omit<RunView, "on"> & Partial<Pick<RunView, "on">>, "runs">;
  readonly Compared: Exchange<RunComparisonRequest, "compareRuns">;
}
export type AssistWatch = keyof AssistWatches;

/** Messages from the kernel, with the request's id. */
export type AssistReply<Id = number> = ({ readonly id: Id } | { readonly watch: Id }) &
  ({ readonly result: unknown } | { readonly error: string });

/** Unchecked parameters: correct names, values of any type. */
export type UncheckedParams<Params> = { readonly [Name in keyof Params]?: unknown };
