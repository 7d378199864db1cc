/** Workers that a runner starts: restarted when they end, but not forever. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { call } from "../../data/rows/plans.js";
import { WorkerPool } from "#kernel/remote/coordinator/workers.js";
import type { StartedWorker } from "#stdlib/runners/kind.js";

class Started implements StartedWorker {
  ends: (how: string) => void = () => undefined;
  readonly ended = new Promise<string>((ends) => (this.ends = ends));
  constructor(readonly name: string) {}
  end(): Promise<void> {
    this.ends("ended with status 0");
    return Promise.resolve();
  }
}

describe("workers of a statement", () => {
  const started: Started[] = [];
  const gone: string[] = [];
  const coordinator = {
    ...{ url: "http://127.0.0.1:1", token: "t", ended: 0, failed: null as Error | null },
    gone: (_name: string, why: string) => void gone.push(why),
    fail(error: Error) {
      this.failed = error;
    },
  };
  function begin(count: number): WorkerPool {
    started.length = gone.length = 0;
    Object.assign(coordinator, { ended: 0, failed: null });
    const nobody = (): never => assert.fail("the runner starts them");
    let name = "";
    return new WorkerPool({
      ...{ call: call("runner", "processes", { count }), threads: 1, count, coordinator },
      ways: (wanted) => ((name = wanted.name), { process: nobody, ray: nobody }),
      runner: {
        start() {
          const one = new Started(name);
          started.push(one);
          return one;
        },
      },
    });
  }
  async function endsAll(how: string): Promise<void> {
    for (const one of [...started]) one.ends(how);
    for (let n = 0; n < 5; n++) await turn();
  }

  it("are restarted under new names as long as jobs are finished in between", async () => {
    const workers = begin(2);
    for (let n = 0; n < 30; n++) {
      coordinator.ended += 1;
      started.at(-1)?.ends("was killed by SIGKILL");
      for (let i = 0; i < 5; i++) await turn();
    }
    assert.equal(coordinator.failed, null);
    assert.equal(started.length, 32);
    assert.equal(new Set(started.map(({ name }) => name)).size, 32);
    assert.match(gone[0] ?? "", /^processes-2 was killed by SIGKILL$/);
    await workers.end();
    assert.equal(started.length, 32, "none is started after the end");
  });

  it("fail the statement with their last message if they keep ending at once", async () => {
    begin(2);
    for (let n = 0; n < 30 && !coordinator.failed; n++)
      await endsAll("ended with status 1: error[token-missing]: no token");
    assert.ok(coordinator.failed instanceof CodedError && coordinator.failed.code === "workers-end");
    const { runner, times, why } = coordinator.failed.data as { runner: string; times: number; why: string };
    assert.equal(runner, "processes");
    assert.ok(times >= 6 && times <= 10, String(times));
    assert.match(why, /ended with status 1: error\[token-missing\]: no token$/);
    const before = started.length;
    await endsAll("again");
    assert.equal(started.length, before);
  });
});
