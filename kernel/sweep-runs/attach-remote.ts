/**
 * `attach` for a sweep whose search runs on a cluster: watches it like its own statement, fetches it when it has ended,
 * and binds the name to its result. A sweep that was already fetched is loaded.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { clusterConnectionOf, readSearchPlace } from "../runs/together/search-place.js";
import { runsFolderOf, type TrialGroup } from "../runs/together/trial-groups.js";
import { askCluster } from "../remote/coordinator/ray/reachability.js";
import { readSearchJob } from "../remote/coordinator/ray/search-job.js";
import { journalSpecOf } from "./journal/journal-of.js";
import { SweepMirror } from "./remote/mirror.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { showGroupResult } from "./attach-group.js";
import { reportSweep } from "./report-sweep.js";
import { watchRemoteSweep } from "./watch-remote.js";

/**
 * Throws the coded errors `interrupted` (only watching ended), `search-away`, `search-cut-off`, and those of the search
 * itself.
 */
export async function attachRemoteSweep(
  session: OpenSession,
  group: TrialGroup,
  name: string,
  context: ExecutionContext,
): Promise<void> {
  const { several, folder, hash } = group;
  const place = readSearchPlace(folder);
  if (several.is !== "sweep" || place === null) return showGroupResult(session, group, name, context);
  const { sweep } = several;
  const mirror = new SweepMirror({
    runs: runsFolderOf(group),
    name: group.name,
    hash,
    spec: journalSpecOf(sweep, session.vocabulary.registry),
  });
  if (place.lost)
    throw new CodedError("search-cut-off", {
      sweep: group.name,
      address: place.address,
      how: "it was seen to end without what it made",
      ended: mirror.ended.length,
      log: [],
    });
  await askCluster(place, (ray) => readSearchJob(ray, place), { signal: context.signal });
  const cluster = clusterConnectionOf(place);
  const found = await watchRemoteSweep(
    { session, action: { name, sweep }, stage: context, folder, cluster, mirror },
    place,
  );
  await reportSweep(session, found, context);
}
