/** Ways of starting a worker: what a runner is given to do it with. */
import type { WorkerResources, WorkerCapacity, RayLauncher, WorkerLaunchers } from "#stdlib/runners/kind.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { startWorkerProcess } from "./process.js";
import { RayJobs } from "./ray/jobs.js";
import { addressTowards } from "./ray/route-address.js";
import { workerSlots, startRayWorker } from "./ray/worker.js";

/** A worker that is to be started. */
export interface WantedWorker {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /** Which of them it is, from 0. */
  readonly place: number;
}
export type WorkerStartersOf = (wanted: WantedWorker) => WorkerLaunchers;

/** This process is itself a job of the cluster that workers are asked of. */
export interface ClusterAccess {
  /** Of the dashboard, as it is reached from here. */
  readonly address: string;
  readonly token?: string;
  /** The address of this machine that the other nodes reach. */
  readonly host: string;
  /** Its workers are found by this. */
  readonly key: string;
}

export function workerStarters(inside?: ClusterAccess): WorkerStartersOf {
  return (wanted) => ({
    process: ({ threads }) => startWorkerProcess({ ...workerFields(wanted), threads }),
    ray: (cluster) => rayWays({ ...cluster, ...inside }, wanted),
  });
}
const workerFields = ({ url, token, name }: WantedWorker) => ({ url, token, name });

function rayWays(
  cluster: Pick<ClusterAccess, "address" | "token"> & Partial<ClusterAccess>,
  wanted: WantedWorker,
): RayLauncher {
  const { address, host, key } = cluster;
  const ray = new RayJobs(cluster);
  return {
    async look(needs): Promise<WorkerCapacity> {
      const slots = await slotsNow(ray, address, needs);
      return { room: slots.length, host: host ?? (await addressTowards(address)) };
    },
    start: ({ threads, ...needs }) =>
      startRayWorker({
        ...workerFields(wanted),
        ray,
        threads,
        ...needs,
        ...(key !== undefined && { metadata: { key } }),
        // Nodes come and go: one that is started again lies where there is room now.
        async node() {
          const slots = await slotsNow(ray, address, needs);
          return must(slots[wanted.place % slots.length], "a node with room");
        },
      }),
  };
}

async function slotsNow(ray: RayJobs, address: string, needs: WorkerResources) {
  const nodes = await ray.nodes();
  const slots = workerSlots(nodes, needs);
  if (slots.length > 0) return slots;
  const has = nodes.map(({ host, cpus, gpus }) => ({ host, cpus, gpus }));
  throw new CodedError("ray-no-room", { address, ...needs, nodes: has });
}
