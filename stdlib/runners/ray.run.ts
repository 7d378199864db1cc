import { isRecord } from "#dsl/diagnostics/record.js";
import type { Call } from "#dsl/types/value.js";
import { secretOf } from "../lib/secrets/held.js";
import type { RunnerImplementation, Ways } from "../kinds/runner.js";

export const ray: RunnerImplementation = {
  look: (call, ways) => ways.ray(clusterOf(call)).look(needs(call)),
  cluster: (call) => clusterOf(call),
  start: (call, { threads }, ways) => ways.ray(clusterOf(call)).start({ ...needs(call), threads }),
};

function clusterOf({ arguments: { address, token } }: Call): Parameters<Ways["ray"]>[0] {
  return { address: String(address), ...(isRecord(token) && { token: secretOf(token as unknown as Call) }) };
}
const needs = ({ arguments: { cpus, gpus } }: Call) => ({ cpus: Number(cpus ?? 2), gpus: Number(gpus ?? 0) });
