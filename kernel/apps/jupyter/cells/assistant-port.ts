/**
 * What the wire thread and the assistant's thread say to each other.
 *
 * The assistant lives in a worker made on the main thread. For each asker the main thread makes a `MessageChannel`, posts
 * `{ connect: port1 }` to the assistant's worker (transferring the port) and gives the other end to the asker. Through
 * the port go requests `{ id, method, params }` and exactly one answer per request, `{ id, result }` or `{ id, error }`,
 * in any order. Offsets are UTF-16.
 */
import type { MessagePort } from "node:worker_threads";
import type { Completeness, Completion, EditorFinding, Inspection } from "../../../assist/answers.js";
import type { PlanView } from "../../../display/plans/plan-contract.js";
import type { RunDetails } from "../../../runs/history/run-details.js";
import type { RunListing, RunQuery } from "../../../runs/history/run-listing.js";
import type { RunComparisonRequest, RunComparison } from "../../../runs/history/run-comparison.js";
import type { RunNotes } from "../../../runs/history/run-notes.js";

/** Posted to the assistant's worker: from now on it also answers on this port. */
export interface ConnectAssistant {
  readonly connect: MessagePort;
}

/** Offsets are of that cell's text. */
export interface CellFinding extends EditorFinding {
  readonly cell: string;
}
/** The notebook as it is written now: all its code cells in order, and where the cursor is. */
export interface NotebookText {
  readonly cells: readonly { readonly id: string; readonly code: string }[];
  readonly at: { readonly cell: string; readonly offset: number } | null;
}

/** Each method with what it is asked and what it answers. */
export interface AssistantMethods {
  readonly complete: { params: { readonly code: string; readonly offset: number }; result: Completion };
  readonly inspect: {
    params: { readonly code: string; readonly offset: number; readonly detail: number };
    result: Inspection;
  };
  readonly isComplete: { params: { readonly code: string }; result: Completeness };
  /** Checks a cell while it is typed (compile purpose "assist": no download, no scan). */
  readonly check: { params: { readonly code: string }; result: { readonly diagnostics: readonly EditorFinding[] } };
  /** A Tune cell in the one format there is; null: it has mistakes, or is no Tune. */
  readonly format: { params: { readonly code: string }; result: { readonly code: string | null } };
  /**
   * The plan of what the cursor is at, and all that is wrong in the notebook. Nothing is read or downloaded unless
   * `measure` says so: then the data are counted and the base is looked at, on a thread of their own.
   */
  readonly plan: {
    params: NotebookText & { readonly measure: boolean };
    result: { readonly plan: PlanView; readonly findings: readonly CellFinding[] };
  };
  /** The runs beside the notebook. Waits up to `wait` milliseconds for a change since `since`. */
  readonly runs: { params: RunQuery & { readonly wait: number }; result: RunListing };
  /** Null: there is no such run. `against`: another run to compare it with. */
  readonly run: { params: { readonly id: string; readonly against: string | null }; result: RunDetails | null };
  /** Runs side by side; waits for a change like `runs`. */
  readonly compareRuns: {
    params: RunComparisonRequest & { readonly since: string; readonly wait: number };
    result: RunComparison;
  };
  /** The statement that opens a run as a model, under a name that these cells leave free; null: it can't be opened. */
  readonly loadRun: {
    params: { readonly id: string; readonly cells: readonly string[] };
    result: { readonly text: string | null };
  };
  /** Keeps tags and a note with a run. */
  readonly noteRun: {
    params: { readonly id: string; readonly notes: RunNotes };
    result: { readonly noted: boolean; readonly why?: string };
  };
  readonly deleteRun: { params: { readonly id: string }; result: { readonly deleted: boolean; readonly why?: string } };
  /** Ends a training that runs by itself, after a checkpoint. */
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
