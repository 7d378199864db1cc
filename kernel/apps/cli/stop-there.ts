/** The end of a sweep whose search runs on a cluster: its jobs are stopped, and what they made stays there until it is asked for. */
import { readPlace } from "#kernel/runs/together/search-place.js";
import type { Together } from "#kernel/runs/together/trial-groups.js";
import { isOver, type RayJobs } from "#kernel/remote/coordinator/ray/jobs.js";
import { reached } from "#kernel/remote/coordinator/ray/reachability.js";
import { standing, stopSearch } from "#kernel/remote/coordinator/ray/search-job.js";

/** Coded errors `search-away`, and others of clusters. */
export async function stopThere({ name, folder }: Together, now: boolean): Promise<string> {
  const at = readPlace(folder);
  if (at === null) return `${name} had ended, and what it made is here: \`attach ${name}\` gives it in a notebook\n`;
  const end = async (ray: RayJobs) => {
    const job = await standing(ray, at);
    // Workers may have outlived it.
    await stopSearch(ray, at, { now });
    return job;
  };
  const job = await reached(at, end);
  const again = "its trials are kept: run again, its statement goes on from them";
  if (job && !isOver(job)) {
    const ended = now ? "ended at once" : "stopped";
    return `${name} was ${ended} on the cluster at ${at.address}, with its workers; ${again}\n`;
  }
  const brings = job?.status === "SUCCEEDED" ? `\`attach ${name}\` brings what it made` : again;
  return `${name} had ended on the cluster at ${at.address}; ${brings}\n`;
}
