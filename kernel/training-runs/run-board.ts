/** What a front end asks of the runs: the table as it changes, one run opened, several compared, one noted or deleted. */
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

/** Milliseconds between two looks at the folder. */
const between = { training: 700, quiet: 2000 } as const;
/** Looking takes this share of the time at most, however many runs there are. */
const share = 0.1;

export class RunDashboard {
  private readonly list: RunList;
  private readonly comparer: RunComparer;

  constructor(folder: string) {
    this.list = new RunList(folder);
    this.comparer = new RunComparer(this.list);
  }

  /** Answers at once where something changed since the query's revision, else when it does or the time is up. */
  async changes({ wait, ...query }: RunQuery & { readonly wait: number }): Promise<RunListing> {
    return this.until(
      wait,
      () => this.list.list(query),
      ({ revision }) => revision !== query.since,
    );
  }
  /** The same of several runs side by side. */
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
  /** Of a training that runs by itself. */
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

/** Undefined: it was done. */
async function refusal(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return diagnosticText(error).message;
  }
}
