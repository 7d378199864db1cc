import assert from "node:assert/strict";
import { fuzz } from "./fuzz.js";

describe("language tools on damaged programs", () => {
  it("survive 1,000 random edits without exception, hang, bad span or formatter error", function () {
    this.timeout(30_000);
    const troubles = fuzz({ edits: 1000, seed: Number(process.env["TUNEBOOK_SEED"] ?? 11) });
    assert.deepEqual(
      troubles.map(({ what, text }) => `${what}\nin ${JSON.stringify(text)}`),
      [],
    );
  });
});
