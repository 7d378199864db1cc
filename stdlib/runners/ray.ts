import { defineWord } from "#dsl/language/types/define.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Call } from "#dsl/language/types/value.js";
import { readHeaderSecret } from "../secrets/shared/secret-value.js";
import type { WorkerRunner, WorkerLaunchers } from "./kind.js";

export const word = defineWord({
  kind: "runner",
  name: "ray",
  doc: "Workers as jobs of a Ray cluster, by the address of its dashboard: each on a node with room for it, until there is no more work.",
  example: 'runner: ray("http://head:8265", cpus: 2)',
  elsewhere: { ray_tune: "ray", cluster: "ray" },
  notes: [
    "`workers` of them share a training's updates, and the notebook stores the run: all of them start together or none, and if one is lost, all resume from the last checkpoint.",
    "Only Ray's Jobs API is used. A node needs `tunebook` of the same version on its path, with an engine, and the base in its cache; data and trained weights are sent to it, identified by their content. `tunebook doctor --ray ADDRESS` shows what each node has.",
    "A sweep's search runs with its workers, as a job of the cluster that takes no CPU: the notebook may be closed, and need not be reachable. Running the same cell again shows it, and gets its result.",
    "With `search: here` the notebook distributes the trials: the nodes must reach its machine.",
  ],
  capabilities: {
    workerCount: ({ arguments: { workers } }) => (typeof workers === "number" ? workers : null),
    threadsPerWorker: ({ arguments: { cpus } }) => Math.max(1, Math.floor(Number(cpus ?? 2))),
    workersNoun: "workers",
    isThisMachine: false,
    gpusPerWorker: ({ arguments: { gpus } }) => Number(gpus ?? 0),
    hourlyPrice: ({ arguments: { price } }) => (typeof price === "number" ? price : null),
    searchPlace: ({ arguments: { search } }) => search ?? null,
  },
  parameters: [
    {
      name: "address",
      type: { is: "text" },
      doc: "Of the dashboard of the head node.",
      positional: true,
      required: true,
      why: "The address for everything: jobs, their logs, the list of nodes.",
      impact: "high",
    },
    {
      name: "workers",
      type: { is: "number", integer: true },
      doc: "Maximum number of workers; for a training the exact number.",
      range: { min: 1, max: 1024 },
      default: { derived: "as many as fit on the cluster", from: () => null },
      why: "More than there are trials are never started.",
      impact: "medium",
    },
    {
      name: "cpus",
      type: { is: "number" },
      doc: "CPUs of each worker, and threads of its engine.",
      range: { min: 1, max: 1024 },
      default: { value: 2 },
      why: "Most nodes have two processors free.",
      impact: "medium",
    },
    {
      name: "gpus",
      type: { is: "number" },
      doc: "GPUs of each worker; a fraction is shared with others.",
      range: { min: 0, max: 64 },
      default: { value: 0 },
      why: "Not every cluster has cards.",
      impact: "medium",
    },
    {
      name: "price",
      type: { is: "number" },
      doc: "Price of a worker per hour, in your currency: the plan shows the expected cost, and the run's log the actual one.",
      range: { min: 0, max: 1e6 },
      why: "No cost is shown without a price.",
      impact: "low",
    },
    {
      name: "search",
      type: {
        is: "choice",
        of: ["cluster", "here"],
        elsewhere: { head: "cluster", remote: "cluster", local: "here", notebook: "here" },
      },
      means: {
        cluster: "with the workers: the notebook may be closed",
        here: "in the notebook, which the nodes must reach",
      },
      doc: "Where a sweep's search runs, which chooses the trials and keeps their journal.",
      default: { derived: "on the cluster, unless it reads something that only this machine has", from: () => null },
      why: "On the cluster it continues when the notebook is closed, and the notebook need not be reachable.",
      impact: "medium",
    },
    {
      name: "token",
      type: { is: "word", kind: "secret" },
      env: "RAY_AUTH_TOKEN",
      doc: "The cluster's token, by the name of an environment variable, if it requires one.",
      why: "By default clusters require none.",
      impact: "low",
    },
  ],
  load: () => Promise.resolve(ray),
});

const ray: WorkerRunner = {
  look: (call, ways) => ways.ray(clusterOf(call)).look(needs(call)),
  cluster: (call) => clusterOf(call),
  start: (call, { threads }, ways) => ways.ray(clusterOf(call)).start({ ...needs(call), threads }),
};

function clusterOf({ arguments: { address, token } }: Call): Parameters<WorkerLaunchers["ray"]>[0] {
  const env = variableIn(token);
  return { address: String(address), ...(env !== undefined && { token: readHeaderSecret(env) }) };
}
const needs = ({ arguments: { cpus, gpus } }: Call) => ({ cpus: Number(cpus ?? 2), gpus: Number(gpus ?? 0) });
/** Returns the environment variable of a secret. */
function variableIn(secret: unknown): string | undefined {
  const given = isRecord(secret) ? secret["arguments"] : undefined;
  const env = isRecord(given) ? given["env"] : undefined;
  return typeof env === "string" ? env : undefined;
}
