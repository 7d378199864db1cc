/**
 * `tunebook doctor --ray ADDRESS`: checks for each node of a cluster whether it has what a worker needs, and what the
 * cluster can do.
 */
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { clusterSearchOptions, type ClusterSearchOption } from "#kernel/remote/coordinator/ray/job-versions.js";
import { examineNodes, type NodeFinding } from "#kernel/remote/coordinator/ray/examine.js";
import { openInboundListener } from "#kernel/remote/coordinator/ray/inbound-probe.js";
import { MAX_PACKAGE_BYTES, RayJobs } from "#kernel/remote/coordinator/ray/jobs.js";
import { MAX_SEARCH_INPUT_BYTES } from "#kernel/remote/coordinator/ray/search-job.js";
import { oneLine, printable, plural } from "#kernel/host/value-text.js";
import { version } from "#kernel/session/version.js";

const TOKEN = "RAY_AUTH_TOKEN";
/** Default CPUs per worker. */
const CPUS = 2;

/** @returns the exit status: 0 if every node can work */
export async function diagnoseRayCluster(address: string, json: boolean): Promise<number> {
  if (!/^https?:\/\//.test(address))
    throw new CodedError("ray-unreachable", {
      address: redactedUrl(address),
      why: "an address starts with http:// or https://",
    });
  const { ray, asksForToken } = await openedAs(address);
  const has = await ray.version();
  const say = (text: string): void => void (json || process.stdout.write(`${text}\n`));
  say(`Ray ${printable(oneLine(has))} at ${redactedUrl(address)}`);
  say(asksForToken ? ASKED : "it requires no token");
  const door = await openInboundListener(address);
  try {
    const found = await examineNodes(ray, { version, door, onNode: (finding) => say(nodeText(finding)) });
    const able = found.filter(({ lacks }) => lacks.length === 0);
    const ways = clusterSearchOptions(found, { cpus: CPUS, host: door.host });
    const most = { package: MAX_PACKAGE_BYTES, search: MAX_SEARCH_INPUT_BYTES };
    if (json)
      process.stdout.write(`${JSON.stringify({ ray: has, asksForToken, nodes: found, ways, most }, null, 2)}\n`);
    say(`${String(able.length)} of ${plural(found.length, "node")} can work`);
    say(`\nwith ${String(CPUS)} CPUs for each worker (\`cpus: ${String(CPUS)}\`):`);
    for (const way of ways) say(wayText(way));
    say(LIMITS);
    return found.length > 0 && able.length === found.length ? 0 : 1;
  } finally {
    await door.close();
  }
}

/** Sends the token from the environment only if the cluster requires one. */
async function openedAs(address: string): Promise<{ readonly ray: RayJobs; readonly asksForToken: boolean }> {
  const ray = new RayJobs({ address });
  const token = process.env[TOKEN];
  try {
    await ray.nodes();
    return { ray, asksForToken: false };
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "ray-refused" || token === undefined) throw error;
    if (![401, 403].includes((error as CodedError<"ray-refused">).data.status)) throw error;
    return { ray: new RayJobs({ address, token }), asksForToken: true };
  }
}

const ASKED = `it requires a token, and ${TOKEN} of the environment was sent: in a program \`token: secret(env: ${TOKEN})\``;
const WAYS: Readonly<Record<ClusterSearchOption["way"], string>> = {
  "search on the cluster": "a sweep, its search on the cluster",
  "search here": "a sweep with `search: here`",
  "one training": "one training that workers share",
};
const mebibytes = (bytes: number): string => `${String(Math.floor(bytes / 2 ** 20))} MiB`;
const LIMITS = `files that a search on the cluster reads: ${mebibytes(MAX_SEARCH_INPUT_BYTES)} in all, sent in packages of at most ${mebibytes(MAX_PACKAGE_BYTES)}; workers that the notebook gives work are sent files of any size`;

function wayText({ way, can, room, why }: ClusterSearchOption): string {
  return printable(`${can ? "✓" : "✗"} ${WAYS[way]}: ${can ? `${plural(room, "worker")} at a time, ` : ""}${why}`);
}

function nodeText({ node, tunebook, runtime, bases, engines, lacks }: NodeFinding): string {
  const mark = lacks.length === 0 ? "✓" : "✗";
  const gpus = node.gpus > 0 ? `, ${plural(node.gpus, "GPU")}` : "";
  const memory = `${(node.memory / 2 ** 30).toFixed(0)} GiB`;
  const head = node.head ? " (head)" : "";
  const has = [
    runtime === null ? "" : `, Node ${runtime.replace(/^v/, "")}`,
    tunebook === null ? "" : `, tunebook ${tunebook}`,
  ];
  const cached = bases.length === 0 ? "none: it downloads those that have a name" : bases.join(", ");
  const lines = [
    `${mark} ${node.host} ${node.address}${head}  ${plural(node.cpus, "CPU")}${gpus}, ${memory}${has.join("")}`,
    ...engines.map((engine) => `    ${engine}`),
    ...(tunebook === null ? [] : [`    bases in its caches: ${cached}`]),
    ...lacks.flatMap(({ what, mend }) => [`    ${what}`, `      → ${mend}`]),
  ];
  return lines.map((line) => printable(line)).join("\n");
}
