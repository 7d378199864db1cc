/** Determines what a cluster can be used for, from the findings on its nodes. */
import { NO_ENGINE_FINDING, type NodeFinding } from "./examine.js";
import { workerSlots } from "./worker.js";

export interface ClusterSearchOption {
  readonly way: "search on the cluster" | "search here" | "one training";
  readonly can: boolean;
  /** Number of workers that fit at once on usable nodes. */
  readonly room: number;
  /** Whether nodes must reach the notebook's machine. */
  readonly reached: boolean;
  readonly why: string;
}
export interface LocalMachine {
  /** CPUs per worker. */
  readonly cpus: number;
  /** Address of the notebook's machine on the route to the cluster. */
  readonly host: string;
}

export function clusterSearchOptions(
  found: readonly NodeFinding[],
  { cpus, host }: LocalMachine,
): readonly ClusterSearchOption[] {
  const able = found.filter(({ lacks }) => lacks.length === 0);
  const places = (findings: readonly NodeFinding[]): number =>
    workerSlots(
      findings.map(({ node }) => node),
      { cpus, gpus: 0 },
    ).length;
  const room = places(able);
  const reach = able.filter(({ reaches }) => reaches !== false);
  const none = room === 0 ? `no node that can work has ${String(cpus)} CPUs` : null;
  const head = found.find(({ node }) => node.head) ?? found[0];
  // The search itself trains nothing, so a missing engine does not matter.
  const searches = head?.lacks.every(({ what }) => what === NO_ENGINE_FINDING.what) === true;
  const on = head ? `${head.node.host} (${head.node.address})` : "no node";
  const onHead = searches ? null : `the search runs on ${on}, which lacks some requirements`;
  const blocked = able.filter(({ reaches }) => reaches === false).map(({ node }) => `${node.host} (${node.address})`);
  const reached =
    blocked.length === 0 ? null : `${blocked.join(", ")} cannot reach this machine at ${host}, but workers must`;
  const there = none ?? onHead;
  return [
    {
      way: "search on the cluster",
      can: there === null,
      room,
      reached: false,
      why: there ?? `the search on ${on}; the notebook may be closed and need not be reached`,
    },
    ...(["search here", "one training"] as const).map((way): ClusterSearchOption => {
      const can = none === null && reach.length > 0 && places(reach) > 0;
      const open = "the notebook stays open and is reached";
      return { way, can, room: places(reach), reached: true, why: none ?? reached ?? `${open} at ${host}: they do` };
    }),
  ];
}
