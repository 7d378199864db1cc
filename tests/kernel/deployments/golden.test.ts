/** The inputs used for a proof. */
import assert from "node:assert/strict";
import { goldenInputsOf } from "#kernel/deployments/golden.js";

describe("golden inputs of a proof", () => {
  it("preserve the mask token when truncated to any length", () => {
    for (const maxLength of [3, 8, 16, 24, 64, 512]) {
      const golden = goldenInputsOf({ maxLength, roles: ["text"], mask: "[MASK]", writes: false });
      for (const text of golden.inputs as readonly string[]) {
        const before = text.indexOf("[MASK]");
        // One special token is before it and one after it; the tokenizer may have only byte tokens.
        assert.ok(before >= 0 && Buffer.byteLength(text.slice(0, before)) <= Math.max(0, maxLength - 3), text);
      }
    }
    const { inputs } = goldenInputsOf({ maxLength: 512, roles: ["text"], mask: "[MASK]", writes: false });
    assert.match(String(inputs[2]), /^The invoice that came on \[MASK\] is/);
  });
});
