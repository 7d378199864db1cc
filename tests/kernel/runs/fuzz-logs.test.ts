import assert from "node:assert/strict";
import { run } from "./fuzz-logs.js";

describe("the files of a run, damaged", () => {
  it("are read or refused with a code, and go on to be written, 60 times", async function () {
    this.timeout(60_000);
    const seed = Number(process.env["TUNEBOOK_SEED"] ?? 11);
    assert.deepEqual(await run({ count: 60, seed, progress: () => undefined }), []);
  });
});
