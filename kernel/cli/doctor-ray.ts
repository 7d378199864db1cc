/** `tunebook doctor --ray ADDRESS`: each node of a cluster, and whether it has what a worker needs. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { examineNodes, type NodeFinding } from "#kernel/cluster/ray/examine.js";
import { RayJobs } from "#kernel/cluster/ray/jobs.js";
import { oneLine, printable, plural } from "#kernel/core/display/text.js";
import { version } from "#kernel/session/version.js";

/** @returns the exit status: 0 where every node can work */
export async function doctorRay(address: string, json: boolean): Promise<number> {
  if (!/^https?:\/\//.test(address))
    throw new CodedError("ray-unreachable", { address, why: "an address begins with http:// or https://" });
  const token = process.env["RAY_AUTH_TOKEN"];
  const ray = new RayJobs({ address, ...(token !== undefined && { token }) });
  const has = await ray.version();
  if (!json) process.stdout.write(`Ray ${printable(oneLine(has))} at ${address}\n`);
  const found = await examineNodes(ray, {
    version,
    onNode: (finding) => void (json || process.stdout.write(nodeText(finding))),
  });
  const able = found.filter(({ lacks }) => lacks.length === 0);
  if (json) process.stdout.write(`${JSON.stringify({ ray: has, nodes: found }, null, 2)}\n`);
  else process.stdout.write(`${String(able.length)} of ${plural(found.length, "node")} can work\n`);
  return found.length > 0 && able.length === found.length ? 0 : 1;
}

function nodeText({ node, tunebook, engines, lacks }: NodeFinding): string {
  const mark = lacks.length === 0 ? "✓" : "✗";
  const gpus = node.gpus > 0 ? `, ${plural(node.gpus, "GPU")}` : "";
  const memory = `${(node.memory / 2 ** 30).toFixed(0)} GiB`;
  const head = node.head ? " (head)" : "";
  const lines = [
    `${mark} ${node.host} ${node.address}${head}  ${plural(node.cpus, "CPU")}${gpus}, ${memory}${tunebook === null ? "" : `, tunebook ${tunebook}`}`,
    ...engines.map((engine) => `    ${engine}`),
    ...lacks.flatMap(({ what, mend }) => [`    ${what}`, `      → ${mend}`]),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}
