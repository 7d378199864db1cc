/** Error codes of a Ray cluster connection. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface RayCodeData {
  "ray-unreachable": { readonly address: string; readonly why: string };
  "ray-refused": { readonly address: string; readonly what: string; readonly status: number; readonly why: string };
  "ray-job-ended": {
    readonly job: string;
    /** Ray's status: FAILED or STOPPED. */
    readonly status: string;
    readonly why: string;
    readonly log: readonly string[];
  };
  "ray-no-room": {
    readonly address: string;
    readonly cpus: number;
    readonly gpus: number;
    readonly nodes: readonly { readonly host: string; readonly cpus: number; readonly gpus: number }[];
  };
  "search-cut-off": {
    readonly sweep: string;
    readonly address: string;
    readonly how: string;
    /** Number of trials known to have ended. */
    readonly ended: number;
    readonly log: readonly string[];
  };
  "search-elsewhere": { readonly sweep: string; readonly address: string };
  "search-away": { readonly sweep: string; readonly address: string; readonly why: string };
  "search-results": { readonly host: string; readonly why: string };
  "search-too-large": {
    readonly bytes: number;
    readonly most: number;
    readonly largest: { readonly path: string; readonly bytes: number };
  };
  "search-not-there": { readonly sweep: string; readonly why: string };
  "ray-package-too-large": { readonly name: string; readonly bytes: number; readonly most: number };
}
const needs = (cpus: number, gpus: number): string =>
  `${String(cpus)} CPU${cpus === 1 ? "" : "s"}${gpus > 0 ? ` and ${String(gpus)} GPU${gpus === 1 ? "" : "s"}` : ""}`;
const mebibytes = (n: number): string => `${Math.ceil(n / 2 ** 20).toLocaleString("en")} MiB`;

export const rayCodes: CodeTable<RayCodeData> = {
  "ray-unreachable": {
    severity: "error",
    message: (d) => `no Ray cluster answers at ${d.address}: ${d.why}`,
    help: () =>
      'give the address of the dashboard, such as ray("http://head:8265"); the head must be started with `--dashboard-host` of an address that is reached from here',
    explain:
      "Only Ray's Jobs API is used, which the dashboard of the head node serves (port 8265 unless it was told otherwise). By default it listens on the head node itself alone: an SSH tunnel to it works as well.",
  },
  "ray-refused": {
    severity: "error",
    message: (d) => `Ray at ${d.address} refused ${d.what} (status ${String(d.status)}): ${d.why}`,
    help: (d) =>
      d.status === 401 || d.status === 403
        ? "the cluster wants a token, or another: name its variable by `token: secret(env: RAY_TOKEN)`; `tunebook doctor --ray` takes that of RAY_AUTH_TOKEN"
        : "what it says tells why; `tunebook doctor --ray ADDRESS` looks at each node",
    explain: "The cluster answered, and did not do what it was asked.",
  },
  "ray-job-ended": {
    severity: "error",
    message: (d) => `the Ray job ${d.job} ended as ${d.status}: ${d.why}`,
    help: () => "`tunebook doctor --ray ADDRESS` says of each node whether it has what is needed",
    notes: (d) => (d.log.length === 0 ? [] : [`the last that it wrote: ${listNames(d.log, { most: 12 })}`]),
    explain: "A job of the cluster ended before its work was done. Ray begins none again by itself.",
  },
  "ray-no-room": {
    severity: "error",
    message: (d) => `no node of the cluster at ${d.address} has room for a worker of ${needs(d.cpus, d.gpus)}`,
    help: () => "ask for less (`cpus: 1`), or start larger nodes",
    notes: (d) => d.nodes.map(({ host, ...has }) => `${host} has ${needs(has.cpus, has.gpus)}`),
    explain: "A worker lies on one node, which must have as many processors and graphics cards as it asks for.",
  },
  "search-cut-off": {
    severity: "error",
    message: (d) => `the search of ${d.sweep} on the cluster at ${d.address} ended before its time: ${d.how}`,
    help: (d) =>
      d.ended === 0
        ? "run the statement again: it begins once more"
        : `run the statement again: it goes on from ${String(d.ended)} trials`,
    notes: (d) => (d.log.length === 0 ? [] : [`the last that it wrote: ${listNames(d.log, { most: 12 })}`]),
    explain:
      "The search of a sweep runs as a job of the cluster, beside its workers. Its journal lies in a folder of its own on its node and, as far as it was told, beside the notebook's runs: run again, the statement goes on from whichever is there.",
  },
  "search-elsewhere": {
    severity: "error",
    message: (d) => `${d.sweep} is under way on the cluster at ${d.address}`,
    help: (d) =>
      `let it search there (\`search: cluster\`) and this shows it, or end it first: \`tunebook runs stop ${d.sweep}\``,
    explain: "Two searches of one sweep would draw the same trials twice.",
  },
  "search-away": {
    severity: "error",
    message: (d) => `the cluster at ${d.address}, where ${d.sweep} is searched for, can't be asked: ${d.why}`,
    help: (d) =>
      `nothing is lost: look whether the cluster is up and is reached from here (by a tunnel, say), then \`attach ${d.sweep}\` again; is it gone for good, its \`sweep\` statement with \`search: here\` goes on from what is known here`,
    explain:
      "A sweep whose search runs on a cluster goes on whether or not anybody can ask after it. What was told of it lies beside the notebook's runs, what it made lies on its node until it is brought.",
  },
  "search-results": {
    severity: "error",
    message: (d) => `what the sweep made can't be brought from ${d.host}: ${d.why}`,
    help: () => "run the statement again: it brings them once more; they stay there until they have arrived",
    explain:
      "Weights and logs come back through Ray's Jobs API: jobs on the node print them in parts, and what arrives is held to the hash that it had there.",
  },
  "search-too-large": {
    severity: "error",
    message: (d) =>
      `the files that the sweep reads have ${mebibytes(d.bytes)}, and ${mebibytes(d.most)} are sent to a cluster; the largest is ${d.largest.path} with ${mebibytes(d.largest.bytes)}`,
    help: () =>
      "let the nodes have it: a base by its name is found in their own cache, rows at an address are read by them; or write `search: here`",
    explain:
      "What a search on a cluster reads goes through Ray's Jobs API, which takes packages of 100 MiB and keeps them in the memory of the cluster's head. With `search: here` the notebook gives files of any size to the workers by their own protocol. Nothing was started.",
  },
  "search-not-there": {
    severity: "error",
    message: (d) => `${d.sweep} can't be searched for on the cluster: ${d.why}`,
    help: () => "write `search: here`: the workers train there, and the notebook gives them their trials",
    explain:
      "A search on the cluster has what is sent with it. What lives in the notebook alone can be read by a search in the notebook.",
  },
  "ray-package-too-large": {
    severity: "error",
    message: (d) => `${d.name} has ${mebibytes(d.bytes)}, and Ray takes ${mebibytes(d.most)} at a time`,
    help: () => "put it where the nodes find it (a shared disk, an address, the nodes' own cache) and name it there",
    explain:
      "Files go to a cluster through the Jobs API, which takes packages of 100 MiB at most. A larger file is sent in parts by the workers' own protocol; a single request can't be larger.",
  },
};
