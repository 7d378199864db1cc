import assert from "node:assert/strict";
import { fuzz } from "./fuzz.js";

describe("the language on damaged programs", () => {
  it("stands 1,000 random edits: no exception, no hang, spans inside, the formatter true", function () {
    this.timeout(30_000);
    const troubles = fuzz({ edits: 1000, seed: Number(process.env["TUNEBOOK_SEED"] ?? 11) });
    assert.deepEqual(
      troubles.map(({ what, text }) => `${what}\nin ${JSON.stringify(text)}`),
      [],
    );
  });
});
