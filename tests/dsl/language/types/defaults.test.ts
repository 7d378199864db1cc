/** A word's implementation uses the defaults of its record, wherever the call comes from. */
import assert from "node:assert/strict";
import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";

const word = (standing: number) =>
  defineWord({
    kind: "experiment",
    name: "tried",
    doc: "A word of this test.",
    example: "tried(width: 2)",
    parameters: [
      { name: "width", type: { is: "number" }, doc: "", default: { value: standing }, why: "", impact: "low" },
      { name: "from", type: { is: "string" }, doc: "", why: "", impact: "low" },
    ],
  });
const call = (given: Call["arguments"]): Call => ({ kind: "experiment", word: "tried", arguments: given });

describe("arguments read from a run file", () => {
  it("use the word's current default if they are not set", () => {
    assert.equal(argumentsWithDefaults(word(4), call({})).width, 4);
    assert.equal(argumentsWithDefaults(word(7), call({})).width, 7);
  });
  it("keep written values, including zero and null", () => {
    assert.equal(argumentsWithDefaults(word(4), call({ width: 0 })).width, 0);
    assert.equal(argumentsWithDefaults(word(4), call({ width: null })).width, null);
  });
  it("omit parameters without a default", () => {
    assert.ok(!("from" in argumentsWithDefaults(word(4), call({}))));
  });
});
