import assert from "node:assert/strict";
import { run } from "./fuzz-logs.js";

describe("damaged run files", () => {
  it("are read or rejected with a code and can be appended to, in 60 random cases", async function () {
    this.timeout(60_000);
    const seed = Number(process.env["TUNEBOOK_SEED"] ?? 11);
    assert.deepEqual(await run({ count: 60, seed, progress: () => undefined }), []);
  });
});
