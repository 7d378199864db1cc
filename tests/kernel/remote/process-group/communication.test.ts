/** Communication statistics of a shared training. */
import assert from "node:assert/strict";
import type { RunEvent } from "#kernel/events/events.js";
import { CommunicationTimeHook } from "#kernel/remote/process-group/communication.js";

const step = { step: 1, epoch: 0, tokens: 1, loss: 1, norm: 1, rate: 1, seconds: 4 };
const before = { workers: 2, communication: 0, waiting: 0, cpuHours: 3 };

describe("communication figures", () => {
  it("are shares of the step time, and CPU hours include earlier attempts", () => {
    const stamp = { at: "", run: "r" };
    const log: RunEvent[] = [{ ...stamp, kind: "stopped", step: 1, reason: "failed", seconds: 1, shared: before }];
    const hook = new CommunicationTimeHook({ count: 2, threads: 1 }, log);
    hook.afterStep({ ...step, report: { communicated: 1, waited: 2 } });
    hook.afterStep({ ...step, report: { communicated: 1, waited: 0 } });
    const { workers, communication, waiting, cpuHours } = hook.finish().shared ?? {};
    assert.deepEqual([workers, communication, waiting], [2, 0.25, 0.25]);
    assert.ok(cpuHours !== undefined && cpuHours >= 3 && cpuHours < 3.1);
  });
});
