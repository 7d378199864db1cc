import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Call } from "#dsl/language/types/value.js";
import { readHeaderSecret } from "../secrets/shared/secret-value.js";
import type { WorkerRunner, WorkerLaunchers } from "./kind.js";

export const ray: WorkerRunner = {
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
