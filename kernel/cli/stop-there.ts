/** The end of a sweep whose search runs on a cluster: its jobs are stopped, and what they made stays there until it is asked for. */
import { isOver, RayJobs } from "#kernel/cluster/ray/jobs.js";
import { standing, stopSearch } from "#kernel/cluster/ray/search-job.js";
import { clusterAt, placeNamed } from "#kernel/session/sweeps/there/place.js";
import { runsFolder } from "./runs-folder.js";

/** Null: no sweep of that name is searched for on a cluster. Coded errors of clusters. */
export async function stopThere(wanted: string, folder: string): Promise<string | null> {
  const found = placeNamed(runsFolder(folder), wanted);
  if (!found) return null;
  const { at } = found;
  const ray = new RayJobs(clusterAt(at));
  const job = await standing(ray, at);
  // Workers may have outlived it.
  await stopSearch(ray, at);
  const again = "its trials are kept: run again, its statement goes on from them";
  if (job && !isOver(job)) return `${wanted} was stopped on the cluster at ${at.address}, with its workers; ${again}\n`;
  return `${wanted} had ended on the cluster at ${at.address}; run again, its statement brings what it made\n`;
}
