/** What a front end asks of the runs: the table as it changes, one run opened, one deleted. */
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, wordsOf } from "#dsl/check/codes.js";
import { deleteRun } from "./delete-run.js";
import { runDetails, type RunDetails } from "./run-details.js";
import { RunList, type RunListing, type RunQuery } from "./run-list.js";

/** Milliseconds between two looks at the folder. */
const between = { training: 700, quiet: 2000 } as const;

export class RunBoard {
  private readonly list: RunList;

  constructor(folder: string) {
    this.list = new RunList(folder);
  }

  /** Answers at once where something changed since the query's revision, else when it does or the time is up. */
  async changes({ wait, ...query }: RunQuery & { readonly wait: number }): Promise<RunListing> {
    const end = Date.now() + wait;
    for (;;) {
      await this.list.look();
      const listing = this.list.list(query);
      if (listing.revision !== query.since || Date.now() >= end) return listing;
      await delay(Math.min(this.list.busy ? between.training : between.quiet, Math.max(1, end - Date.now())));
    }
  }
  async details(id: string, against: string | null): Promise<RunDetails | null> {
    return (await runDetails(this.list, id, against)) ?? null;
  }
  async remove(id: string): Promise<{ readonly deleted: boolean; readonly why?: string }> {
    try {
      await deleteRun(this.list, id);
      return { deleted: true };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { deleted: false, why: wordsOf(error.code, error.data as never).message };
    }
  }
}
