/** Detached trainings, killed at random times in each of their processes (`TUNEBOOK_SEED` draws other times). */
import assert from "node:assert/strict";
import { kills } from "./kills/kills.js";

describe("detached trainings under random kills", function () {
  this.timeout(400_000);
  if (process.platform !== "linux") return;

  it("lose nothing in eight kills at random times", async () => {
    // Kills of ranks have separate tests (ranks/processes.e2e.test.ts).
    const kinds = ["kernel", "detached", "host", "sweep", "worker"] as const;
    const seed = Number(process.env["TUNEBOOK_SEED"] ?? 5);
    const { troubles, ...found } = await kills({ times: 8, seed, kinds, steps: 40, trials: 3 });
    assert.deepEqual(troubles, [], JSON.stringify(found));
    assert.ok(
      kinds.every((kind) => (found.kills[kind] ?? 0) >= 1),
      JSON.stringify(found),
    );
  });
});
