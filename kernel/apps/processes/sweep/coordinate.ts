/**
 * Runs the search of a sweep as a cluster job, next to its workers: proposes points, receives trial reports, prunes
 * trials and writes the journal, with the same code as in a notebook. Its reports go to its log, whether or not anyone
 * reads it.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { SearchOrder } from "../../../remote/coordinator/ray/search-order.js";
import type { OwnClusterAccess } from "../../../remote/coordinator/work-methods.js";
import type { DisplayOutput } from "../../../display/html.js";
import { cachePath } from "../../../fetch/cache.js";
import { diagnosticsOf } from "../../../session/diagnostics-of.js";
import { openJob, type OpenedJob } from "../../../features/shipped-session.js";
import { executeSweep } from "../../../sweep-runs/local-sweep.js";
import { version } from "../../../session/version.js";
import type { OutputScreen } from "../../../session/live-training.js";
import { SweepFollower } from "./followed-sweep.js";
import { findClusterAccess } from "./trial-networks.js";
import { unpackJobFiles, readSearchOrder } from "./job-layout.js";
import { packResults } from "./results.js";
import { ProgressWriter } from "./progress-lines.js";

export interface SweepCoordinationOptions {
  /** The job's working folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly write: (text: string) => unknown;
  /** Finds the cluster that this process is a job of. */
  readonly inside?: (order: SearchOrder) => Promise<OwnClusterAccess>;
}
type Sweep = Extract<Action, { verb: "sweep" }>;

/** Returns the exit status. */
export async function coordinateSweep({
  folder,
  signal,
  write,
  inside = findClusterAccess,
}: SweepCoordinationOptions): Promise<number> {
  const says = new ProgressWriter(write);
  let opened: OpenedJob | undefined;
  try {
    const order = readSearchOrder(folder);
    if (order.tunebook !== version)
      throw new CodedError("worker-version", { worker: order.host, has: version, wants: order.tunebook });
    const home = homeOf(order.key);
    says.say({ is: "began", home });
    const [shipped, cluster] = [await unpackJobFiles(home, folder, order), await inside(order)];
    opened = await openJob(shipped, { screen: telling(says), signal });
    const { action } = opened;
    if (action.verb !== "sweep") throw new Error(`${action.verb} has no search`);
    await swept({ ...opened, action }, { order, cluster, home, says });
    return 0;
  } catch (error) {
    return failed(error, opened, says, write);
  } finally {
    says.flush();
    await opened?.session.close().catch((error: unknown) => write(`${String(error)}\n`));
  }
}

interface Around {
  readonly order: SearchOrder;
  readonly cluster: OwnClusterAccess;
  readonly home: string;
  readonly says: ProgressWriter;
}

async function swept(
  { session, action, stage: context }: OpenedJob & { readonly action: Sweep },
  options: Around,
): Promise<void> {
  const { order, cluster, home, says } = options;
  const { runs } = session;
  const { experiment, ...rest } = context;
  // The notebook reports to the trackers, as it has their tokens.
  const sweepOptions = { ...rest, inside: cluster, ...(experiment && { experiment: { ...experiment, trackers: [] } }) };
  const file = join(runs, "sweeps", `${order.journal}.jsonl`);
  const followed = new SweepFollower(file, () => session.sweeps.get(order.sweep)?.trials ?? [], says);
  const keptRuns = new Set(order.kept.map((id) => join(runs, id)));
  try {
    const { live, log } = await executeSweep(session, withoutToken(action), sweepOptions, {
      isRetained: (run) => keptRuns.has(run),
    });
    followed.end();
    const results = await packResults(log.ended, live.best?.run ?? null, { runs, folder: home });
    says.say({ is: "over", results });
  } finally {
    followed.end();
  }
}

/** Removes the token: the cluster is reached from inside, with the node's own credentials. */
function withoutToken(action: Sweep): Sweep {
  const { runner, ...sweep } = action.sweep;
  if (!runner) return action;
  const { token, ...given } = runner.arguments;
  void token;
  return { ...action, sweep: { ...sweep, runner: { ...runner, arguments: given } } };
}

/** A screen that reports only notes and warnings, as text; the notebook draws the rest itself. */
function telling(says: ProgressWriter): OutputScreen {
  const display = ({ bundle, id }: DisplayOutput): void => {
    const words = bundle["text/plain"];
    if (typeof words === "string" && id === undefined) says.note(words.slice(0, 4000));
  };
  return { display, update: () => undefined };
}

function failed(
  error: unknown,
  opened: OpenedJob | undefined,
  says: ProgressWriter,
  write: (text: string) => unknown,
): number {
  const sources = opened?.stage.sources ?? [];
  const diagnostics = diagnosticsOf(error, sources);
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(`${diagnostics.length > 0 ? renderAnsi(diagnostics, sources, { color: false }) : words}\n`);
  const coded = error instanceof CodedError ? error : null;
  const [first] = diagnostics;
  const { code, data } = coded ?? first ?? { code: null, data: {} };
  const message = error instanceof Error ? error.message : String(error);
  says.say({ is: "failed", code, data: { ...(data as object) }, message });
  return code === "interrupted" ? 130 : 1;
}

/** Milliseconds after which an abandoned folder is deleted. */
const MONTH = 30 * 24 * 60 * 60_000;

/** The search's own folder, which a resumed search finds again. Deletes abandoned ones. */
function homeOf(key: string): string {
  const all = cachePath("searches");
  const home = join(all, key);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(all)) {
    const found = name === key ? undefined : statSync(join(all, name), { throwIfNoEntry: false });
    if (found && found.mtimeMs < Date.now() - MONTH) rmSync(join(all, name), { recursive: true, force: true });
  }
  return home;
}
