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
      'write the address of the dashboard, such as ray("http://head:8265"); start the head with a `--dashboard-host` that can be reached from here',
    explain:
      "Tunebook uses only Ray's Jobs API, which the dashboard of the head node serves (by default on port 8265). By default it listens only on the head node; an SSH tunnel to it works as well.",
  },
  "ray-refused": {
    severity: "error",
    message: (d) => `Ray at ${d.address} rejected ${d.what} (status ${String(d.status)}): ${d.why}`,
    help: (d) =>
      d.status === 401 || d.status === 403
        ? "set the cluster's token: `token: secret(env: RAY_TOKEN)` names its variable; `tunebook doctor --ray` uses RAY_AUTH_TOKEN"
        : "fix the reason that it gives; `tunebook doctor --ray ADDRESS` checks each node",
    explain: "The cluster answered but rejected the request.",
  },
  "ray-job-ended": {
    severity: "error",
    message: (d) => `the Ray job ${d.job} ended as ${d.status}: ${d.why}`,
    help: () => "check with `tunebook doctor --ray ADDRESS` that each node has what is needed",
    notes: (d) => (d.log.length === 0 ? [] : [`its last output: ${listNames(d.log, { most: 12 })}`]),
    explain: "A job of the cluster ended before its work was done. Ray does not restart it.",
  },
  "ray-no-room": {
    severity: "error",
    message: (d) => `no node of the cluster at ${d.address} has room for a worker of ${needs(d.cpus, d.gpus)}`,
    help: () => "reduce what a worker needs (`cpus: 1`), or start larger nodes",
    notes: (d) => d.nodes.map(({ host, ...has }) => `${host} has ${needs(has.cpus, has.gpus)}`),
    explain: "A worker runs on one node, which must have all of its processors and graphics cards.",
  },
  "search-cut-off": {
    severity: "error",
    message: (d) => `the search of ${d.sweep} on the cluster at ${d.address} ended early: ${d.how}`,
    help: (d) =>
      d.ended === 0
        ? "run the statement again: it starts from the beginning"
        : `run the statement again: it continues after ${String(d.ended)} trials`,
    notes: (d) => (d.log.length === 0 ? [] : [`its last output: ${listNames(d.log, { most: 12 })}`]),
    explain:
      "The search of a sweep runs as a job of the cluster, next to its workers. Its journal is in its folder on the node, with a copy next to the notebook's runs. When the statement runs again, it continues from whichever exists.",
  },
  "search-elsewhere": {
    severity: "error",
    message: (d) => `${d.sweep} is already running on the cluster at ${d.address}`,
    help: (d) => `write \`search: cluster\` to follow it here, or end it first: \`tunebook runs stop ${d.sweep}\``,
    explain: "Two searches of one sweep would try the same trials twice.",
  },
  "search-away": {
    severity: "error",
    message: (d) => `the cluster at ${d.address}, which runs the search of ${d.sweep}, cannot be reached: ${d.why}`,
    help: (d) =>
      `check that the cluster is up and reachable (for example through a tunnel), then write \`attach ${d.sweep}\` again; if it is gone for good, its \`sweep\` statement with \`search: here\` continues from the reports stored here`,
    explain:
      "A search on a cluster continues whether or not it can be reached. Reports so far are stored next to the notebook's runs; weights and logs stay on its node until they are copied.",
  },
  "search-results": {
    severity: "error",
    message: (d) => `cannot copy the sweep's results from ${d.host}: ${d.why}`,
    help: () => "run the statement again to copy them; they stay there until they have arrived",
    explain:
      "Weights and logs are copied through Ray's Jobs API: jobs on the node print them in parts, and each file is compared with its hash there.",
  },
  "search-too-large": {
    severity: "error",
    message: (d) =>
      `the sweep reads files of ${mebibytes(d.bytes)}, but at most ${mebibytes(d.most)} can be sent to a cluster; the largest is ${d.largest.path} with ${mebibytes(d.largest.bytes)}`,
    help: () =>
      "let the nodes get it: a base by name comes from their cache, and they can download rows; or write `search: here`",
    explain:
      "Files for a search on a cluster go through Ray's Jobs API, which accepts packages of 100 MiB and holds them in the memory of the cluster's head. With `search: here` the notebook sends files of any size to the workers. Nothing was started.",
  },
  "search-not-there": {
    severity: "error",
    message: (d) => `the search of ${d.sweep} cannot run on the cluster: ${d.why}`,
    help: () => "write `search: here`: workers train on the cluster, and the notebook gives them their trials",
    explain:
      "A search on the cluster can use only what is sent with it. Values that exist only in the notebook need a search in the notebook.",
  },
  "ray-package-too-large": {
    severity: "error",
    message: (d) => `${d.name} has ${mebibytes(d.bytes)}, but Ray accepts at most ${mebibytes(d.most)} at a time`,
    help: () => "put it where the nodes can read it (a shared disk, a web address, the nodes' cache) and use that path",
    explain:
      "Files are sent to a cluster through the Jobs API, which accepts packages of at most 100 MiB. Workers send larger files in parts with their own protocol; a single request cannot be larger.",
  },
};
