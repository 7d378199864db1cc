import { defineWord } from "#dsl/language/types/define.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Call } from "#dsl/language/types/value.js";
import { readHeaderSecret } from "../secrets/shared/secret-value.js";
import type { WorkerRunner, WorkerLaunchers } from "./kind.js";

export const word = defineWord({
  kind: "runner",
  name: "ray",
  doc: "Workers that are jobs of a Ray cluster, by the address of its dashboard: each on a node with room for it, until there is no more work.",
  example: 'runner: ray("http://head:8265", cpus: 2)',
  elsewhere: { ray_tune: "ray", cluster: "ray" },
  notes: [
    "A training's updates are shared by `workers` of them, and the notebook keeps the run: all of them begin together or none, and where one is lost all go on from the last checkpoint.",
    "Only Ray's Jobs API is used. A node needs `tunebook` of the same version on its path, with an engine, and the base in its cache; data and weights that were trained come to it by their content. `tunebook doctor --ray ADDRESS` says what each node has.",
    "A sweep's search runs beside its workers, as a job of the cluster that takes no processor: the notebook may be closed, and need not be reached. The same cell run again shows it, and brings what it came to.",
    "With `search: here` the notebook gives out the trials: the nodes must reach the machine that it runs on.",
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
      why: "Everything goes through it: jobs, their logs, the list of nodes.",
      impact: "high",
    },
    {
      name: "workers",
      type: { is: "number", integer: true },
      doc: "How many at most; of one training exactly so many.",
      range: { min: 1, max: 1024 },
      default: { derived: "as many as the cluster has room for", from: () => null },
      why: "More than there are trials are never started.",
      impact: "medium",
    },
    {
      name: "cpus",
      type: { is: "number" },
      doc: "Processors that each takes of its node, and threads of its engine.",
      range: { min: 1, max: 1024 },
      default: { value: 2 },
      why: "Most nodes have two processors free.",
      impact: "medium",
    },
    {
      name: "gpus",
      type: { is: "number" },
      doc: "Graphics cards that each takes; a part of one is shared with others.",
      range: { min: 0, max: 64 },
      default: { value: 0 },
      why: "Not every cluster has cards.",
      impact: "medium",
    },
    {
      name: "price",
      type: { is: "number" },
      doc: "What a worker costs in an hour, in your money: the plan says what all will, and the run's log what they did.",
      range: { min: 0, max: 1e6 },
      why: "Nothing is said of money where nobody gives a price.",
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
        cluster: "beside the workers: the notebook may be closed",
        here: "in the notebook, which the nodes must reach",
      },
      doc: "Where the search of a sweep runs, which chooses the trials and keeps their journal.",
      default: { derived: "on the cluster, unless it reads what is here alone", from: () => null },
      why: "On the cluster it goes on when the notebook is closed, and nothing need reach the notebook.",
      impact: "medium",
    },
    {
      name: "token",
      type: { is: "word", kind: "secret" },
      env: "RAY_AUTH_TOKEN",
      doc: "The cluster's token, by the name of an environment variable, where it asks for one.",
      why: "Clusters that were not told otherwise ask for none.",
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
