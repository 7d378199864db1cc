/** The engines of a server, where one can't be begun; and what clients are told of when to ask again. */
import assert from "node:assert/strict";
import { ServingEngine } from "#kernel/session/serving/engines.js";
import { secondsLeft } from "#kernel/session/serving/pauses.js";

describe("the engine of a server", () => {
  it("is begun anew with the next need where it couldn't be begun", async () => {
    const back = (): Promise<void> => Promise.resolve();
    const engine = new ServingEngine({ engine: "tensorflow", device: "webgpu" }, { lost: () => undefined, back });
    const failure = (): Promise<unknown> =>
      engine.running().then(
        () => assert.fail(),
        (error: unknown) => error,
      );
    const first = await failure();
    const second = await failure();
    assert.deepEqual(
      [first, second].map((error) => (error as { code: string }).code),
      ["engine-unavailable", "engine-unavailable"],
    );
    // Another try, not the memory of the first.
    assert.notEqual(second, first);
  });
  it("may be asked again when it is to be back, and later the later it is", () => {
    assert.deepEqual([66_100, 12_001, 300, 0, -3000, -20_000, -1e9].map(secondsLeft), [60, 13, 1, 1, 2, 10, 60]);
  });
});
