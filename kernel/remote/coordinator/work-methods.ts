/** Ways of starting a worker, passed to a runner. */
import type { WorkerResources, WorkerCapacity, RayLauncher, WorkerLaunchers } from "#stdlib/runners/kind.js";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { startWorkerProcess } from "./process.js";
import { RayJobs } from "./ray/jobs.js";
import { localAddressTowards } from "./ray/route-address.js";
import { workerSlots, startRayWorker } from "./ray/worker.js";

export interface WorkerToStart {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /** Its index among the workers, from 0. */
  readonly place: number;
}
export type WorkerLaunchersFactory = (wanted: WorkerToStart) => WorkerLaunchers;

/** Set if this process is itself a job of the cluster on which workers are started. */
export interface OwnClusterAccess {
  /** Dashboard address as seen from this process. */
  readonly address: string;
  readonly token?: string;
  /** Address of this machine as seen from the other nodes. */
  readonly host: string;
  /** Metadata key by which its workers are found. */
  readonly key: string;
}

export function workerLaunchersFactory(inside?: OwnClusterAccess): WorkerLaunchersFactory {
  return (wanted) => ({
    process: ({ threads }) => startWorkerProcess({ ...workerFields(wanted), threads }),
    ray: (cluster) => rayWays({ ...cluster, ...inside }, wanted),
  });
}
const workerFields = ({ url, token, name }: WorkerToStart) => ({ url, token, name });

function rayWays(
  cluster: Pick<OwnClusterAccess, "address" | "token"> & Partial<OwnClusterAccess>,
  wanted: WorkerToStart,
): RayLauncher {
  const { address, host, key } = cluster;
  const ray = new RayJobs(cluster);
  return {
    async look(needs): Promise<WorkerCapacity> {
      const slots = await slotsNow(ray, address, needs);
      return { room: slots.length, host: host ?? (await localAddressTowards(address)) };
    },
    start: ({ threads, ...needs }) =>
      startRayWorker({
        ...workerFields(wanted),
        ray,
        threads,
        ...needs,
        ...(key !== undefined && { metadata: { key } }),
        // Nodes change over time: a restarted worker goes to a node with free resources now.
        async node() {
          const slots = await slotsNow(ray, address, needs);
          return mustExist(slots[wanted.place % slots.length], "a node with room");
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
