import assert from "node:assert/strict";
import type { NDArray } from "#dsl/tensor/program.js";
import { StepPipeline, type StepPipelineOptions } from "#kernel/training/pipeline.js";
import { readScalar, scalarF32, scalarI32 } from "#kernel/engines/feeds.js";

/** An engine that replies only on command. Its loss is the value that it was fed: the share or the step number. */
class Door {
  readonly asked: string[] = [];
  private readonly open: (() => void)[] = [];
  most = 0;
  run(program: string, feeds: Readonly<Record<string, NDArray>>): Promise<Record<string, NDArray>> {
    const { bytes } = (program === "accumulate" ? feeds["draws"] : feeds["step"])!;
    const step = new Int32Array(bytes.buffer, bytes.byteOffset, 1)[0]!;
    this.asked.push(`${program} ${step}`);
    this.most = Math.max(this.most, this.open.length + 1);
    const share = feeds["share"] ? readScalar(feeds["share"]) : step;
    return new Promise((resolve) =>
      this.open.push(() => resolve({ norm: scalarF32(1), ...(program === "apply" ? {} : { loss: scalarF32(share) }) })),
    );
  }
  answer(): void {
    this.open.shift()?.();
  }
}
const options = (door: Door, accumulate: number): StepPipelineOptions => ({
  session: door,
  accumulate,
  rate: () => 0.5,
  update: (step) => ({
    epoch: 0,
    parts: accumulate,
    tokens: 10 * step,
    counts: 4,
    part: (index) => ({ feeds: { draws: scalarI32(index + 1) }, tokens: 5, counts: 2 }),
  }),
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("step pipeline", () => {
  it("queues one request ahead, and none beyond the limit", async () => {
    const door = new Door();
    const flight = new StepPipeline(options(door, 1), 4);
    const losses: number[] = [];
    for (let step = 5; step <= 7; step++) {
      const next = flight.next(7);
      await turn();
      assert.deepEqual(door.asked.at(-1), `train ${Math.min(step + 1, 7)}`);
      door.answer();
      const done = await next;
      assert.equal(done?.step, step);
      losses.push(done.loss);
    }
    assert.deepEqual(losses, [5, 6, 7]);
    assert.equal(door.most, 2);
    const next = flight.next(8);
    await turn();
    door.answer();
    assert.equal((await next)?.step, 8);
  });
  it("runs accumulated parts before the update and combines their losses", async () => {
    const door = new Door();
    const flight = new StepPipeline(options(door, 3), 0);
    const next = flight.next(1);
    for (let i = 0; i < 4; i++) {
      await turn();
      door.answer();
    }
    const step = await next;
    assert.deepEqual(door.asked, ["accumulate 1", "accumulate 2", "accumulate 3", "apply 1"]);
    assert.ok(Math.abs(step!.loss - 0.75) < 1e-6);
    assert.equal(door.most, 2);
  });
  it("drops an incompletely sent step when stopped", async () => {
    const door = new Door();
    const flight = new StepPipeline(options(door, 3), 0);
    void flight.next(9);
    await turn();
    door.answer();
    await turn();
    const stopped = flight.stop(0);
    for (let i = 0; i < 4; i++) {
      await turn();
      door.answer();
    }
    assert.deepEqual(await stopped, []);
    assert.deepEqual(door.asked, ["accumulate 1", "accumulate 2", "accumulate 3"]);
    assert.equal(await flight.next(9), null);
  });
  it("returns the steps in flight when stopped", async () => {
    const door = new Door();
    const flight = new StepPipeline(options(door, 1), 0);
    void flight.next(9);
    await turn();
    const stopped = flight.stop(0);
    for (let i = 0; i < 3; i++) {
      await turn();
      door.answer();
    }
    assert.deepEqual(
      (await stopped).map((s) => s.step),
      [1, 2],
    );
    assert.equal(door.asked.length, 2);
  });
  it("does not return a consumed step again when stopped", async () => {
    const door = new Door();
    const flight = new StepPipeline(options(door, 1), 0);
    const next = flight.next(1);
    await turn();
    door.answer();
    assert.equal((await next)?.step, 1);
    assert.deepEqual(await flight.stop(1), []);
  });
});
