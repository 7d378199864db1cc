/**
 * Stops a sweep that searches on a cluster: its jobs are stopped, and its results remain there until they are fetched.
 */
import { readSearchPlace } from "#kernel/runs/together/search-place.js";
import type { TrialGroup } from "#kernel/runs/together/trial-groups.js";
import { isJobOver, type RayJobs } from "#kernel/remote/coordinator/ray/jobs.js";
import { requestClusterOfSearch } from "#kernel/remote/coordinator/ray/reachability.js";
import { fetchRayJob, stopSearch } from "#kernel/remote/coordinator/ray/search-job.js";

/** Coded errors: `search-away`, and those of clusters. */
export async function stopClusterSearch({ name, folder }: TrialGroup, now: boolean): Promise<string> {
  const searchPlace = readSearchPlace(folder);
  if (searchPlace === null)
    return `${name} had ended, and its result is here: \`attach ${name}\` gives it in a notebook\n`;
  const end = async (ray: RayJobs) => {
    const job = await fetchRayJob(ray, searchPlace);
    // Stops the job even if it is over, as workers may have outlived it.
    await stopSearch(ray, searchPlace, { now });
    return job;
  };
  const job = await requestClusterOfSearch(searchPlace, end);
  const again = "its trials are kept: run its statement again to continue from them";
  if (job && !isJobOver(job)) {
    const ended = now ? "ended at once" : "stopped";
    return `${name} was ${ended} on the cluster at ${searchPlace.address}, with its workers; ${again}\n`;
  }
  const brings = job?.status === "SUCCEEDED" ? `\`attach ${name}\` gets its result` : again;
  return `${name} had ended on the cluster at ${searchPlace.address}; ${brings}\n`;
}
