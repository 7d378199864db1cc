/**
 * `attach` of a sweep whose search runs on a cluster: watched as by its own statement, brought back when it is over; then its
 * name stands for what it found. One that was brought already is given.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { clusterAt, readPlace } from "../runs/together/search-place.js";
import { runsAround, type Together } from "../runs/together/trial-groups.js";
import { reached } from "../remote/coordinator/ray/reachability.js";
import { standing } from "../remote/coordinator/ray/search-job.js";
import { journalOf } from "./journal/journal-of.js";
import { Mirror } from "./remote/mirror.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { giveTogether } from "./attach-group.js";
import { tellSwept } from "./report-sweep.js";
import { watchThere } from "./watch-remote.js";

/**
 * Coded errors `interrupted` (watching ended, nothing else), `search-away`, `search-cut-off`, and those that the search itself came
 * to.
 */
export async function attachThere(session: OpenSession, of: Together, name: string, stage: Stage): Promise<void> {
  const { several, folder, hash } = of;
  const at = readPlace(folder);
  if (several.is !== "sweep" || at === null) return giveTogether(session, of, name, stage);
  const { sweep } = several;
  const mirror = new Mirror({
    runs: runsAround(of),
    name: of.name,
    hash,
    of: journalOf(sweep, session.vocabulary.registry),
  });
  if (at.lost)
    throw new CodedError("search-cut-off", {
      sweep: of.name,
      address: at.address,
      how: "it was seen to end without what it made",
      ended: mirror.ended.length,
      log: [],
    });
  await reached(at, (ray) => standing(ray, at), { signal: stage.signal });
  const cluster = clusterAt(at);
  const found = await watchThere({ session, action: { name, sweep }, stage, folder, cluster, mirror }, at);
  await tellSwept(session, found, stage);
}
