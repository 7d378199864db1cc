/**
 * A sweep whose search runs on its runner's cluster. It is sent there, watched, found again by the same statement in
 * any notebook, and fetched when it has ended. A watcher may leave at any time.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { asWorkerRunner, type WorkerRunner } from "#stdlib/runners/kind.js";
import { lockRun } from "../runs/run-lock.js";
import {
  clusterConnectionOf,
  readSearchPlace,
  writeSearchPlace,
  type ClusterSearchPlace,
} from "../runs/together/search-place.js";
import { writeTrialGroupStatement } from "../runs/together/trial-groups.js";
import { isJobOver, RayJobs } from "../remote/coordinator/ray/jobs.js";
import { sendSearch, fetchRayJob } from "../remote/coordinator/ray/search-job.js";
import { registerRunningTraining } from "../remote/supervisor/running-processes.js";
import { loadImplementation } from "../host/load-implementation.js";
import { searchRunLocationOf } from "../study/search-state.js";
import { type ExecutionContext, isVerifying } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { sweepHash, journalSpecOf, sweepFolderOf } from "./journal/journal-identity.js";
import { findOutdatedTrials } from "./outdated-journal.js";
import { showPlanCard, sweepOutlook } from "./plan-card.js";
import { watchRemoteSweep, type RemoteSweepResult } from "./watch-remote.js";
import { SweepMirror } from "./remote/local-journal.js";
import { newClusterSearchPlace, withPackedSearch } from "./remote/packed-sweep.js";
import type { SweepAction } from "./sweep-result.js";

/**
 * Returns the cluster's result once the search has ended, or the statement to run locally. Throws the coded errors of
 * clusters.
 */
export async function runRemoteSweep(
  session: OpenSession,
  action: SweepAction,
  context: ExecutionContext,
): Promise<RemoteSweepResult | { readonly here: SweepAction }> {
  const { name, sweep } = action;
  const searched = searchRunLocationOf(sweep);
  // A verification starts nothing on other machines; where trials are trained does not change a number.
  if (isVerifying(session)) return { here: searched?.where === "cluster" ? withoutRunner(action) : action };
  const folder = sweepFolderOf(session.runs, name, sweep);
  if (searched?.where !== "cluster") {
    await demandNotThere(name, folder);
    return { here: action };
  }
  if (searched.why !== null) throw new CodedError("search-not-there", { sweep: name, why: searched.why });
  const there = await There.create(session, action, context, folder);
  if (await there.allDone()) return { here: withoutRunner(action) };
  const place = (await there.found()) ?? (await there.begin());
  return there.watch(place);
}

/** Two searches of one sweep would draw the same trials. Throws the coded error `search-elsewhere`. */
async function demandNotThere(sweep: string, folder: string): Promise<void> {
  const place = readSearchPlace(folder);
  if (!place) return;
  const ray = new RayJobs(clusterConnectionOf(place));
  // If the cluster no longer exists, neither does its search.
  const job = await fetchRayJob(ray, place).catch(() => null);
  if (job && !isJobOver(job)) throw new CodedError("search-elsewhere", { sweep, address: place.address });
}

function withoutRunner({ sweep: { runner, ...sweep }, ...action }: SweepAction): SweepAction {
  void runner;
  return { ...action, sweep };
}

interface Around {
  readonly session: OpenSession;
  readonly action: SweepAction;
  readonly stage: ExecutionContext;
  /** Folder of the sweep's lock, next to the journal. */
  readonly folder: string;
  readonly cluster: ReturnType<NonNullable<WorkerRunner["cluster"]>>;
}

class There {
  private readonly ray: RayJobs;
  private readonly mirror: SweepMirror;

  private constructor(private readonly options: Around) {
    const { session, action, stage: context, cluster } = options;
    const { name, sweep } = action;
    this.ray = new RayJobs({ ...cluster, ...(context.signal && { signal: context.signal }) });
    const spec = journalSpecOf(sweep, session.vocabulary.registry);
    this.mirror = new SweepMirror({ runs: session.runs, name, hash: sweepHash(sweep), spec });
  }

  static async create(
    session: OpenSession,
    action: SweepAction,
    context: ExecutionContext,
    folder: string,
  ): Promise<There> {
    const runner = mustExist(action.sweep.runner, "the runner");
    const cluster = mustExist(
      asWorkerRunner(await loadImplementation(runner, "runner")).cluster,
      "a runner's cluster",
    )(runner);
    const there = new There({ session, action, stage: context, folder, cluster });
    const { sweep } = action;
    there.mirror.setAside(await findOutdatedTrials({ session, stage: context, sweep }, there.mirror.ended));
    return there;
  }

  /** Reports whether all trials are trained and no result is left on a cluster. */
  async allDone(): Promise<boolean> {
    const { trials } = this.options.action.sweep;
    const { ended, unfinished } = this.mirror;
    return (
      readSearchPlace(this.options.folder) === null &&
      trials !== null &&
      ended.length >= trials &&
      unfinished.length === 0
    );
  }

  /** Returns the location of a search that is running, or that has succeeded and was not fetched yet. */
  async found(): Promise<ClusterSearchPlace | null> {
    const { action, stage: context, folder } = this.options;
    const place = readSearchPlace(folder);
    const job = place && (await fetchRayJob(this.ray, place));
    if (!place || !job || place.lost) return null;
    if (isJobOver(job) && job.status !== "SUCCEEDED") return null;
    say(
      context,
      isJobOver(job)
        ? `${action.name} has ended on the cluster: nothing was started, and its result is copied.`
        : `${action.name} is under way on the cluster since ${place.since}: nothing was started, this shows it.`,
    );
    return place;
  }

  /** Sends the search to the cluster. A search that ended early is continued in its former folder. */
  async begin(): Promise<ClusterSearchPlace> {
    const { session, action, stage: context, folder, cluster } = this.options;
    const { name, sweep } = action;
    const lock = await lockRun(folder, "sweep");
    try {
      const fold = await this.plan();
      const before = readSearchPlace(folder);
      const place = await newClusterSearchPlace(this.ray, action, { address: cluster.address, before });
      const { mirror } = this;
      await withPackedSearch({ session, stage: context }, action, { place, mirror }, async ({ order, file }) => {
        // The pointer is written first: if this process is killed now, it names a job that does not exist, and the next
        // process sends it.
        writeSearchPlace(folder, place);
        writeTrialGroupStatement(folder, { version: 1, name, hash: sweepHash(sweep), several: { is: "sweep", sweep } });
        registerRunningTraining(folder);
        await sendSearch(this.ray, { ...place, order, file }).catch((error: unknown) => {
          throw context.signal?.aborted ? sendingEnded(name) : error;
        });
      });
      fold();
      say(
        context,
        `${name} continues by itself on the cluster: its search is the job ${place.job} on ${place.node.host} (${place.node.address}), with its workers. The notebook may be closed.`,
        `Running the same cell again or \`attach ${name}\`, here or in another notebook, shows it and gets its result; \`tunebook attach ${name}\` on the command line. Interrupting this cell ends only the watching; \`tunebook runs stop ${name}\` ends the sweep.`,
      );
      return place;
    } finally {
      lock.release();
    }
  }

  /** Shows the plan. Returns a function that collapses it. */
  private async plan(): Promise<() => void> {
    const { session, action, stage: context } = this.options;
    const { name, sweep } = action;
    const { open, costs } = await sweepOutlook(session, { name, sweep }, context);
    return showPlanCard(context, { name, sweep, open, costs });
  }

  watch(place: ClusterSearchPlace): Promise<RemoteSweepResult> {
    const { session, action, stage: context, folder, cluster } = this.options;
    return watchRemoteSweep({ session, action, stage: context, folder, cluster, mirror: this.mirror }, place);
  }
}

/** The last request may have reached the cluster. */
function sendingEnded(name: string): CodedError {
  return new CodedError("interrupted", {
    what: `sending ${name} to the cluster`,
    kept: `it may have started there: \`attach ${name}\` shows it then, \`tunebook runs stop ${name}\` ends it, and the same cell starts it otherwise`,
  });
}

function say(context: ExecutionContext, ...lines: readonly string[]): void {
  for (const line of lines) context.screen.display({ bundle: { "text/plain": line } });
}
