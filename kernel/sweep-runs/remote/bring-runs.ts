/** Fetches a cluster sweep's results into the folder of runs: every trial's run, and the weights of the best one. */
import { createReadStream, createWriteStream, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { makePrivate, makePrivateFolder, PRIVATE_MODES, writePrivateFile } from "../../fetch/private.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { quoteNonFinite } from "../../runs/log-lines.js";
import { readRegularFile } from "../../runs/read-events.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { RayJobs } from "../../remote/coordinator/ray/jobs.js";
import type { RemoteFile } from "../../remote/coordinator/ray/job-progress.js";
import type { ClusterJobLocation } from "../../runs/together/search-place.js";
import { fetchSearchFile } from "../../remote/coordinator/ray/search-job.js";
import { RUNS_FOLDER } from "../../remote/coordinator/ray/search-order.js";
import { unpackBundle } from "../../runs/record/bundle/open.js";

interface Into {
  /** The folder of runs, and the folder that relative paths of their plans start from. */
  readonly runs: string;
  readonly home: string;
  /** A temporary folder for transfers, on the same disk as the runs; created and removed by this function. */
  readonly work: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @returns the fetched runs. Throws the coded errors `search-results`, `bundle-unsound`, those of clusters and disks
 */
export async function fetchRuns(
  ray: RayJobs,
  place: ClusterJobLocation,
  results: RemoteFile,
  { runs, home, work, signal }: Into,
): Promise<readonly string[]> {
  rmSync(work, { recursive: true, force: true });
  try {
    makePrivateFolder(work);
    const [packed, tar, opened] = ["results.tar.gz", "results.tar", "opened"].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ];
    await fetchSearchFile(ray, place, results, packed);
    await pipeline(createReadStream(packed), createGunzip(), createWriteStream(tar, { mode: PRIVATE_MODES.file }));
    await unpackBundle(tar, opened, { signal });
    return moved(join(opened, RUNS_FOLDER), runs, home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** An existing run was fetched earlier; it is complete, because it was moved in one operation. */
function moved(from: string, runs: string, home: string): readonly string[] {
  if (!existsSync(from)) return [];
  try {
    makePrivateFolder(runs);
    return readdirSync(from).map((id) => {
      const to = join(runs, id);
      if (existsSync(to)) return to;
      settle(RunFolder.open(join(from, id)), to, home);
      makePrivate(join(from, id));
      renameSync(join(from, id), to);
      return to;
    });
  } catch (error) {
    throw toRunFolderError(error, runs);
  }
}

/** Replaces the other machine's folders in the run's lock and log. */
function settle(run: RunFolder, to: string, home: string): void {
  const lock = run.lock();
  if (lock) {
    const here = { ...lock, home: relative(to, home) };
    writePrivateFile(join(run.path, "lock.json"), JSON.stringify(here, null, 2));
  }
  const lines = run.events().map((event) => {
    const folder = event.kind === "checkpoint" && { folder: join(to, "checkpoints", basename(event.folder)) };
    return `${JSON.stringify({ ...event, ...folder }, quoteNonFinite)}\n`;
  });
  if (readRegularFile(run.eventsFile) !== null) writePrivateFile(run.eventsFile, lines.join(""));
}
