/**
 * Finds the dashboard of the cluster that this process is a job of. The notebook may use a tunnel, so this node is
 * tried too, and an address counts only if it knows this very job. The token comes from the node, as for Ray's own
 * programs.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RayJobs } from "../../../remote/coordinator/ray/jobs.js";
import type { SearchOrder } from "../../../remote/coordinator/ray/search-order.js";
import type { OwnClusterAccess } from "../../../remote/coordinator/work-methods.js";

/** Default port of a dashboard. */
const PORT = "8265";
/** Timeout per address, in milliseconds. */
const PATIENCE = 5000;

/** Finds the cluster. Coded error `ray-unreachable`. */
export async function findClusterAccess({ address, host, job, key }: SearchOrder): Promise<OwnClusterAccess> {
  const whys: string[] = [];
  for (const candidate of clusterAddressCandidates(address, host))
    for (const token of tokens()) {
      const cluster = { address: candidate, ...(token !== undefined && { token }) };
      try {
        await new RayJobs({ ...cluster, signal: AbortSignal.timeout(PATIENCE) }).job(job);
        return { ...cluster, host, key };
      } catch (error) {
        whys.push(error instanceof CodedError ? error.message : `${candidate} does not answer`);
      }
    }
  throw new CodedError("ray-unreachable", {
    address,
    why: `from its own node neither: ${[...new Set(whys)].join("; ")}`,
  });
}

export function clusterAddressCandidates(address: string, host: string): readonly string[] {
  const { port, protocol } = new URL(address);
  const ports = [...new Set([port || (protocol === "https:" ? "443" : "80"), PORT])];
  const hostInUrl = host.includes(":") ? `[${host}]` : host;
  const near = ports.flatMap((one) => [`http://${hostInUrl}:${one}`, `http://127.0.0.1:${one}`]);
  return [...new Set([address.replace(/\/+$/, ""), ...near])];
}

/** Tries without a token first, as most clusters need none. */
function tokens(): readonly (string | undefined)[] {
  const { RAY_AUTH_TOKEN: token, RAY_AUTH_TOKEN_PATH: file } = process.env;
  const read = [file ?? join(homedir(), ".ray", "auth_token")].flatMap((path) => {
    try {
      return [readFileSync(path, "utf8").trim()];
    } catch {
      return [];
    }
  });
  return [undefined, ...(token ? [token] : []), ...read.filter(Boolean)];
}
