import { isRecord } from "#dsl/diagnostics/record.js";
import type { Call } from "#dsl/types/value.js";
import { secretOf } from "../lib/secrets/held.js";
import type { RunnerImplementation, Ways } from "../kinds/runner.js";

export const ray: RunnerImplementation = {
  look: (call, ways) => clusterOf(call, ways).look(needs(call)),
  start: (call, { threads }, ways) => clusterOf(call, ways).start({ ...needs(call), threads }),
};

function clusterOf({ arguments: { address, token } }: Call, ways: Pick<Ways, "ray">): ReturnType<Ways["ray"]> {
  return ways.ray({ address: String(address), ...(isRecord(token) && { token: secretOf(token as unknown as Call) }) });
}
const needs = ({ arguments: { cpus, gpus } }: Call) => ({ cpus: Number(cpus ?? 2), gpus: Number(gpus ?? 0) });
