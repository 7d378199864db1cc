/** Packs a sweep's results into one file for the notebook: every trial's run, and the best run's weights. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { PRIVATE_MODES } from "../../../fetch/private.js";
import type { RemoteFile } from "../../../remote/coordinator/ray/job-progress.js";
import { RUNS_FOLDER } from "../../../remote/coordinator/ray/search-order.js";
import { filesOfRun } from "../../../remote/coordinator/run-files.js";
import type { TrialRecord } from "../../../study/trial.js";
import { writeBundle, type FileToPack } from "../../../runs/record/bundle/write.js";
import { isDirectRunFolder } from "../../../runs/trial-folders.js";
import { version } from "../../../session/version.js";

const TRIALS = "trials.json";
/** Folders of a run that contain weights. */
const WEIGHTS = /^(?:checkpoints|adapter|model|merged|dynamics)\//;

export async function packResults(
  trials: readonly TrialRecord[],
  best: string | null,
  { runs, folder }: { readonly runs: string; readonly folder: string },
): Promise<RemoteFile> {
  // A bundle needs a program: this is the list of trials with their runs.
  const trialRuns = trials.map(({ number, run }) => ({ number, run: run && basename(run) }));
  const files: FileToPack[] = [{ path: TRIALS, sort: "program", text: JSON.stringify(trialRuns) }];
  const all = new Set(trials.flatMap(({ run }) => (run !== null && isDirectRunFolder(runs, run) ? [run] : [])));
  for (const run of all)
    for (const { path } of await filesOfRun(run, { whole: true }))
      if (run === best || !WEIGHTS.test(path))
        files.push({ path: `${RUNS_FOLDER}/${basename(run)}/${path}`, sort: "run", from: join(run, path) });
  const [tar, packed] = [join(folder, "results.tar"), join(folder, "results.tar.gz")];
  await writeBundle(tar, { tunebook: version, runs: { program: TRIALS }, files });
  await pipeline(createReadStream(tar), createGzip(), createWriteStream(packed, { mode: PRIVATE_MODES.file }));
  rmSync(tar);
  const sum = createHash("sha256");
  for await (const piece of createReadStream(packed)) sum.update(piece as Buffer);
  return { path: packed, bytes: (await stat(packed)).size, hash: sum.digest("hex") };
}
