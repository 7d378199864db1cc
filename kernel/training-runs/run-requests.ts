/** Requests of a front end about runs: watch the table, open a run, compare several, add notes or delete one. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "../runs/run-folder.js";
import { stopRun } from "../remote/supervisor/stop-process.js";
import { RunComparer, type RunComparisonRequest, type RunComparison } from "../runs/history/run-comparison.js";
import { deleteRun } from "../runs/history/delete-run.js";
import { loadStatementOf, readRunDetails, type RunDetails } from "../runs/history/run-details.js";
import { RunList } from "../runs/history/run-list.js";
import type { RunListing, RunQuery } from "../runs/history/run-listing.js";
import { writeRunNotes, type RunNotes } from "../runs/history/run-notes.js";

/** Milliseconds between two checks of the folder. */
const between = { training: 700, quiet: 2000 } as const;
/** Maximum share of the time spent on checks, however many runs there are. */
const share = 0.1;

export class RunListDashboard {
  private readonly list: RunList;
  private readonly comparer: RunComparer;

  constructor(folder: string) {
    this.list = new RunList(folder);
    this.comparer = new RunComparer(this.list);
  }

  /**
   * Answers at once if something has changed since the query's revision, else after the next change or the timeout.
   */
  async changes({ wait, ...query }: RunQuery & { readonly wait: number }): Promise<RunListing> {
    return this.until(
      wait,
      () => this.list.list(query),
      ({ revision }) => revision !== query.since,
    );
  }
  /** Like `changes`, for several runs side by side. */
  async compared({
    wait,
    since,
    ...request
  }: RunComparisonRequest & { readonly wait: number; readonly since: string }): Promise<RunComparison> {
    return this.until(
      wait,
      () => this.comparer.compared(request),
      ({ revision }) => revision !== since,
    );
  }
  async details(id: string, against: string | null): Promise<RunDetails | null> {
    return (await readRunDetails(this.list, id, against)) ?? null;
  }
  load(id: string, cells: readonly string[]): Promise<string | null> {
    return loadStatementOf(this.list, id, cells);
  }
  async remove(id: string): Promise<{ readonly deleted: boolean; readonly why?: string }> {
    const why = await refusal(() => deleteRun(this.list, id));
    return why === undefined ? { deleted: true } : { deleted: false, why };
  }
  /** Stops a detached training. */
  async stop(id: string): Promise<{ readonly stopped: boolean; readonly why?: string }> {
    await this.list.look();
    if (!this.list.get(id)) return { stopped: false, why: "there is no such run" };
    const why = await refusal(() => stopRun(RunFolder.open(join(this.list.root, id)), { now: false }));
    return why === undefined ? { stopped: true } : { stopped: false, why };
  }
  async note(id: string, notes: RunNotes): Promise<{ readonly noted: boolean; readonly why?: string }> {
    const why = await refusal(() => writeRunNotes(this.list, id, notes));
    return why === undefined ? { noted: true } : { noted: false, why };
  }

  private async until<T>(wait: number, answer: () => T | Promise<T>, changed: (answer: T) => boolean): Promise<T> {
    const end = Date.now() + wait;
    for (;;) {
      const begun = performance.now();
      await this.list.look();
      const found = await answer();
      if (changed(found) || Date.now() >= end) return found;
      const pause = Math.max(this.list.busy ? between.training : between.quiet, (performance.now() - begun) / share);
      await delay(Math.min(pause, Math.max(1, end - Date.now())));
    }
  }
}

/** Returns undefined if the work succeeded. */
async function refusal(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return diagnosticText(error).message;
  }
}
