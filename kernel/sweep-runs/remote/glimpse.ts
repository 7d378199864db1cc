/** How a sweep on a cluster stands, asked once and not for long. */
import { CodedError, wordsFor } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { readPlace, type SearchPlace } from "../../runs/together/search-place.js";
import { runsAround, type Together } from "../../runs/together/trial-groups.js";
import { isOver, type RayJobs } from "../../remote/coordinator/ray/jobs.js";
import { reached } from "../../remote/coordinator/ray/reachability.js";
import { saidIn } from "../../remote/coordinator/ray/job-progress.js";
import { standing } from "../../remote/coordinator/ray/search-job.js";
import { journalOf } from "../journal/journal-of.js";
import { Mirror } from "./mirror.js";

/** `over`: what it made waits there. `gone`: it ended before its time, or the cluster knows nothing of it. `away`: nobody answers. */
export type Stands = "under way" | "over" | "gone" | "away";
export interface Glimpse {
  readonly at: SearchPlace;
  readonly stands: Stands;
  /** Why it can't be asked; null: it was. */
  readonly why: string | null;
  /** Trials that are over, as far as it is known here now, and of how many; null: nothing but time or tokens bounds them. */
  readonly done: number;
  readonly of: number | null;
}

/** What the search says is kept here, as if it were watched. Null: it is searched for on no cluster. */
export async function glimpse(
  of: Together,
  { registry, patience }: { readonly registry: Registry; readonly patience: number },
): Promise<Glimpse | null> {
  const at = readPlace(of.folder);
  if (at === null || of.several.is !== "sweep") return null;
  const { sweep } = of.several;
  const mirror = new Mirror({ runs: runsAround(of), name: of.name, hash: of.hash, of: journalOf(sweep, registry) });
  let [stands, why]: [Stands, string | null] = ["gone", null];
  if (!at.lost)
    try {
      stands = await reached(at, (ray) => looked(ray, at, mirror), { patience });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      [stands, why] = ["away", wordsFor(error).message];
    }
  return { at, stands, why, done: mirror.ended.length, of: sweep.trials };
}

async function looked(ray: RayJobs, at: SearchPlace, mirror: Mirror): Promise<Stands> {
  const job = await standing(ray, at);
  if (job === null) return "gone";
  for (const said of ((await ray.log(at.job)) ?? "").split("\n").flatMap(saidIn))
    if (said.is === "journal") mirror.take(said.at, said.text);
  if (!isOver(job)) return "under way";
  return job.status === "SUCCEEDED" ? "over" : "gone";
}
