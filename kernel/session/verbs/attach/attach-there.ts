/**
 * `attach` of a sweep whose search runs on a cluster: watched as by its own statement, brought back when it is over; then its
 * name stands for what it found. One that was brought already is given.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { clusterAt, readPlace } from "../../../artifacts/together/search-place.js";
import { runsAround, type Together } from "../../../artifacts/together/together.js";
import { reached } from "../../../cluster/ray/reached.js";
import { standing } from "../../../cluster/ray/search-job.js";
import { journalOf } from "../../sweeps/journal/journal-of.js";
import { Mirror } from "../../sweeps/there/mirror.js";
import type { Stage } from "../../stage.js";
import type { OpenSession } from "../../open-session.js";
import { giveTogether } from "./attach-together.js";
import { tellSwept } from "../sweep/told.js";
import { watchThere } from "./watch-there.js";

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
