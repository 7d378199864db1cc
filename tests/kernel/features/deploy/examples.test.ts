/** Selection of the example rows shown on a deployment's page. */
import assert from "node:assert/strict";
import { pickExamples } from "#kernel/features/deploy/examples.js";

const row = (example: string | readonly [string, string], label = "") => ({ example, label });

describe("deployment examples", () => {
  it("cover each label once before repeating one, in row order", () => {
    const rows = ["a1", "a2", "b1", "a3", "b2", "c1"].map((text) => row(`text ${text}`, text[0]));
    assert.deepEqual(pickExamples(rows, 4), ["text a1", "text b1", "text c1", "text a2"]);
    assert.equal(pickExamples(rows, 20).length, 6);
    assert.deepEqual(pickExamples([], 3), []);
  });
  it("skip texts with personal data, and texts that are too long or too short", () => {
    const rows = [
      row("write to ann@example.org"),
      row(["fine", "my card is 4111 1111 1111 1111"]),
      row("x".repeat(500)),
      row(" a "),
      row("it came late"),
    ];
    assert.deepEqual(pickExamples(rows, 5), ["it came late"]);
  });
});
