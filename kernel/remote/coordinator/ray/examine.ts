/** Checks whether each node of a Ray cluster has what a worker needs, by a short job on each node. */
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { objectWith, parseJsonOrNull } from "../../../fetch/json.js";
import type { InboundListener } from "./inbound-probe.js";
import { isJobOver, type RayJob, type RayJobs, type RayNode } from "./jobs.js";

export interface NodeFinding {
  readonly node: RayNode;
  /** Version of Tunebook; null if the node did not respond. */
  readonly tunebook: string | null;
  /** Version of Node.js, such as `v24.21.0`; null if it is missing or the node did not respond. */
  readonly runtime: string | null;
  /** Names of base models in its caches. Others are downloaded, if the node can reach their source. */
  readonly bases: readonly string[];
  /** Whether it can connect to this machine; null if unknown. */
  readonly reaches: boolean | null;
  /** Working engines, as described by `doctor`. */
  readonly engines: readonly string[];
  /** Problems that prevent work, with fixes; empty if the node can work. */
  readonly lacks: readonly { readonly what: string; readonly mend: string }[];
}

const MARK = "tunebook-node-says ";
/** Uses only the shell, which every node has. Each result is a marked line among the node's other output. */
const LOOK = [
  `command -v node >/dev/null && echo "${MARK}node $(node --version)" || echo "${MARK}lacks node"`,
  `command -v tunebook >/dev/null && echo "${MARK}version $(tunebook --version)" || echo "${MARK}lacks tunebook"`,
  `command -v tunebook >/dev/null && echo "${MARK}doctor $(tunebook doctor --json | tr -d '\\n')"`,
  `cache="\${XDG_CACHE_HOME:-$HOME/.cache}"`,
  `for base in "\${TUNEBOOK_CACHE:-$cache/tunebook}"/bases/* "\${HF_HUB_CACHE:-\${HF_HOME:-$cache/huggingface}/hub}"/models--*; do test -d "$base" && echo "${MARK}base $(basename "$base")"; done`,
];
function lookFor(door: InboundListener | undefined): string {
  const knocks = door
    ? [
        `command -v node >/dev/null && node -e 'const s = require("net").connect(${String(door.port)}, "${door.host}"); s.setTimeout(5000, () => s.destroy(new Error("no answer"))); s.on("error", (e) => console.log("${MARK}blocked " + (e.code || e.message))); s.on("data", (word) => (console.log("${MARK}reaches " + word), s.destroy()))'`,
      ]
    : [];
  return [...LOOK, ...knocks, "true"].join("; ");
}

const findings = objectWith({
  findings: v.array(
    objectWith({ name: v.string(), status: v.picklist(["ok", "optional", "missing"]), text: v.string() }),
  ),
});

export interface ExamineOptions {
  readonly version: string;
  /** Time limit in ms for all nodes together. Defaults to 240,000. */
  readonly patience?: number;
  readonly onNode?: (finding: NodeFinding) => void;
  /** Listener of this machine, to test whether nodes can connect to it. */
  readonly door?: InboundListener;
}

/** Checks all nodes in parallel. A node that does not respond in time is reported as such, and its job is stopped. */
export async function examineNodes(
  ray: RayJobs,
  { version, patience = 240_000, onNode, door }: ExamineOptions,
): Promise<readonly NodeFinding[]> {
  const nodes = await ray.nodes();
  return Promise.all(
    nodes.map(async (node) => {
      const found = await examineNode(ray, node, { version, until: Date.now() + patience, door });
      onNode?.(found);
      return found;
    }),
  );
}

async function examineNode(
  ray: RayJobs,
  node: RayNode,
  {
    version,
    until,
    door,
  }: { readonly version: string; readonly until: number; readonly door: InboundListener | undefined },
): Promise<NodeFinding> {
  const id = `tunebook-doctor-${node.id.slice(0, 12)}-${Date.now().toString(36)}`;
  await ray.submit({ id, entrypoint: lookFor(door), cpus: 0, node: node.id, metadata: { tunebook: "doctor" } });
  let job: RayJob = await ray.job(id);
  while (!isJobOver(job) && Date.now() < until) {
    await delay(500);
    job = await ray.job(id);
  }
  const log = isJobOver(job) ? await ray.log(id) : null;
  if (!isJobOver(job)) await ray.stop(id);
  return nodeFindingOf(node, log, version, door?.word);
}

/** Parses a job's log. `word`: what the node received if it reached this machine. */
export function nodeFindingOf(node: RayNode, log: string | null, version: string, word?: string): NodeFinding {
  const lines = (log ?? "").split("\n").flatMap((line) => {
    // Ray's own line about the job contains the complete command, so only lines that start with the mark count.
    return line.startsWith(MARK) ? [line.slice(MARK.length).trim()] : [];
  });
  const after = (word: string): string | undefined =>
    lines.find((one) => one.startsWith(`${word} `))?.slice(word.length + 1);
  if (lines.length === 0)
    return { node, tunebook: null, runtime: null, bases: [], reaches: null, engines: [], lacks: [SILENT] };
  const has = after("version") ?? null;
  const engines = (parseJsonOrNull(after("doctor") ?? "", findings)?.findings ?? []).filter(
    ({ name, status }) => name.startsWith("engine ") && status === "ok",
  );
  const lacks = [
    ...(lines.includes("lacks node") ? [{ what: "no Node", mend: "install Node 20.19, 22 or 24 there" }] : []),
    ...(has === null ? [NOTHING] : has !== version ? [otherVersion(has, version)] : []),
    ...(has !== null && engines.length === 0 ? [NO_ENGINE_FINDING] : []),
  ];
  return {
    node,
    tunebook: has,
    runtime: after("node") ?? null,
    bases: basesIn(lines),
    reaches: word === undefined || lines.includes("lacks node") ? null : after("reaches") === word,
    engines: engines.map(({ name, text }) => `${name.slice("engine ".length)}: ${text}`),
    lacks,
  };
}

/**
 * Returns readable names: `owner/name` for models of the hub, the project for packages. Models created here have only a
 * number.
 */
function basesIn(lines: readonly string[]): readonly string[] {
  const names = lines.flatMap((one) => /^base (?!gguf-|scratch-)(.+)$/.exec(one)?.[1] ?? []);
  return [...new Set(names.map((name) => name.replace(/^models--/, "").replaceAll("--", "/")))].sort();
}

const SILENT = {
  what: "no response in time",
  mend: "look at its job in Ray's dashboard: the node may be full or lost",
};
const NOTHING = {
  what: "no `tunebook` on its path",
  mend: "start the nodes from an image that has it (`deploy … to container(…)` writes one), or install it there",
};
export const NO_ENGINE_FINDING = { what: "no engine that works", mend: "run `tunebook setup` there, or in the image" };
const otherVersion = (has: string, version: string) => ({
  what: `tunebook ${has}, here is ${version}`,
  mend: `install tunebook ${version} there`,
});
