/** The state of a sweep on a cluster, from one quick request. */
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { readSearchPlace, type ClusterSearchPlace } from "../../runs/together/search-place.js";
import { runsFolderOf, type TrialGroup } from "../../runs/together/trial-groups.js";
import { isJobOver, type RayJobs } from "../../remote/coordinator/ray/jobs.js";
import { requestClusterOfSearch } from "../../remote/coordinator/ray/reachability.js";
import { parseMessageLine } from "../../remote/coordinator/ray/job-progress.js";
import { fetchRayJob } from "../../remote/coordinator/ray/search-job.js";
import { journalSpecOf } from "../journal/journal-identity.js";
import { SweepMirror } from "./local-journal.js";

/**
 * `over`: the results are ready on the cluster. `gone`: the search ended early, or the cluster does not know it.
 * `away`: no answer.
 */
export type ClusterSearchStatus = "under way" | "over" | "gone" | "away";
export interface ClusterSearchSnapshot {
  readonly place: ClusterSearchPlace;
  readonly stands: ClusterSearchStatus;
  /** Why the request failed; null if it succeeded. */
  readonly why: string | null;
  /** Number of ended trials known locally, and their maximum; null if only time or tokens limit them. */
  readonly done: number;
  readonly total: number | null;
}

/** Stores the search's report locally, as if it were watched. Returns null if the search does not run on a cluster. */
export async function readClusterSearchSnapshot(
  group: TrialGroup,
  { registry, patience }: { readonly registry: Registry; readonly patience: number },
): Promise<ClusterSearchSnapshot | null> {
  const place = readSearchPlace(group.folder);
  if (place === null || group.several.is !== "sweep") return null;
  const { sweep } = group.several;
  const mirror = new SweepMirror({
    runs: runsFolderOf(group),
    name: group.name,
    hash: group.hash,
    spec: journalSpecOf(sweep, registry),
  });
  let [stands, why]: [ClusterSearchStatus, string | null] = ["gone", null];
  if (!place.lost)
    try {
      stands = await requestClusterOfSearch(place, (ray) => looked(ray, place, mirror), { patience });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      [stands, why] = ["away", diagnosticText(error).message];
    }
  return { place, stands, why, done: mirror.ended.length, total: sweep.trials };
}

async function looked(ray: RayJobs, place: ClusterSearchPlace, mirror: SweepMirror): Promise<ClusterSearchStatus> {
  const job = await fetchRayJob(ray, place);
  if (job === null) return "gone";
  for (const message of ((await ray.log(place.job)) ?? "").split("\n").flatMap(parseMessageLine))
    if (message.is === "journal") mirror.take(message.at, message.text);
  if (!isJobOver(job)) return "under way";
  return job.status === "SUCCEEDED" ? "over" : "gone";
}
