/**
 * Protocol between the wire thread and the assistant's thread.
 *
 * The assistant lives in a worker made on the main thread. For each client the main thread makes a `MessageChannel`,
 * posts `{ connect: port1 }` to the assistant's worker (transferring the port) and gives the other end to the client.
 * The port carries requests `{ id, method, params }` and exactly one response per request, `{ id, result }` or `{ id,
 * error }`, in any order. Offsets are UTF-16.
 */
import type { MessagePort } from "node:worker_threads";
import type {
  CodeCompletenessReply,
  CompletionReply,
  EditorFinding,
  InspectionReply,
} from "../../../assist/answers.js";
import type { PlanView } from "../../../display/plans/plan-contract.js";
import type { RunDetails } from "../../../runs/history/run-details.js";
import type { RunListing, RunQuery } from "../../../runs/history/run-listing.js";
import type { RunComparisonRequest, RunComparison } from "../../../runs/history/run-comparison.js";
import type { RunNotes } from "../../../runs/history/run-notes.js";

/** Posted to the assistant's worker, which from then on also answers on this port. */
export interface ConnectMessage {
  readonly connect: MessagePort;
}

/** Offsets refer to that cell's text. */
export interface CellFinding extends EditorFinding {
  readonly cell: string;
}
/** The notebook's current text: all its code cells in order, and the cursor's position. */
export interface NotebookText {
  readonly cells: readonly { readonly id: string; readonly code: string }[];
  readonly at: { readonly cell: string; readonly offset: number } | null;
}

/** Methods with their parameters and results. */
export interface AssistantMethods {
  readonly complete: { params: { readonly code: string; readonly offset: number }; result: CompletionReply };
  readonly inspect: {
    params: { readonly code: string; readonly offset: number; readonly detail: number };
    result: InspectionReply;
  };
  readonly isComplete: { params: { readonly code: string }; result: CodeCompletenessReply };
  /** Checks a cell while it is typed (compile purpose "assist": no download, no scan). */
  readonly check: { params: { readonly code: string }; result: { readonly diagnostics: readonly EditorFinding[] } };
  /** Formats a Tune cell; null if it has errors or is not Tune. */
  readonly format: { params: { readonly code: string }; result: { readonly code: string | null } };
  /**
   * Returns the plan for the statement at the cursor, and all errors of the notebook. With `measure`, the data are
   * counted and the base is examined, on a separate thread; otherwise nothing is read or downloaded.
   */
  readonly plan: {
    params: NotebookText & { readonly measure: boolean };
    result: { readonly plan: PlanView; readonly findings: readonly CellFinding[] };
  };
  /** Lists the notebook's runs. Waits up to `wait` milliseconds for a change since `since`. */
  readonly runs: { params: RunQuery & { readonly wait: number }; result: RunListing };
  /** Null: no such run. `against`: another run to compare with. */
  readonly run: { params: { readonly id: string; readonly against: string | null }; result: RunDetails | null };
  /** Compares runs; waits for a change like `runs`. */
  readonly compareRuns: {
    params: RunComparisonRequest & { readonly since: string; readonly wait: number };
    result: RunComparison;
  };
  /**
   * Returns the statement that opens a run as a model, under a name that is unused in these cells; null if it cannot be
   * opened.
   */
  readonly loadRun: {
    params: { readonly id: string; readonly cells: readonly string[] };
    result: { readonly text: string | null };
  };
  /** Saves tags and a note with a run. */
  readonly noteRun: {
    params: { readonly id: string; readonly notes: RunNotes };
    result: { readonly noted: boolean; readonly why?: string };
  };
  readonly deleteRun: { params: { readonly id: string }; result: { readonly deleted: boolean; readonly why?: string } };
  /** Stops a detached training after a checkpoint. */
  readonly stopRun: { params: { readonly id: string }; result: { readonly stopped: boolean; readonly why?: string } };
}
export type AssistantMethod = keyof AssistantMethods;
export type AssistantRequest = {
  [M in AssistantMethod]: { readonly id: number; readonly method: M; readonly params: AssistantMethods[M]["params"] };
}[AssistantMethod];
export type AssistantResult = AssistantMethods[AssistantMethod]["result"];
export type AssistantReply =
  | { readonly id: number; readonly result: AssistantResult }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };
