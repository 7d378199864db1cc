/** Generation options given in TypeScript: everything is checked, nothing is ignored. */
import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { generationSettingsFromOptions } from "#kernel/models/write-options.js";

const refused = (given: object): string => {
  try {
    generationSettingsFromOptions(given);
  } catch (error) {
    if (error instanceof CodedError && error.code === "bad-option") return error.message;
    throw error;
  }
  return "taken";
};

describe("text generation options", () => {
  it("have the defaults of `predict`", () => {
    assert.deepEqual(generationSettingsFromOptions({}), {
      decode: { word: "greedy", kind: "decoder", arguments: {} },
      max_tokens: 64,
      stop: [],
    });
    assert.deepEqual(generationSettingsFromOptions({ stop: "\n", decode: { beam: { width: 3 } } }).stop, ["\n"]);
  });
  for (const [what, given, why] of [
    ["a key that isn't one", { max_token: 5 }, /max_token/],
    ["a stop that is no text", { stop: 5 }, /stop/],
    ["a list with one", { stop: ["a", 1] }, /stop/],
    ["two decoders", { decode: { greedy: {}, beam: { width: 2 } } }, /decode/],
    ["a width in parts", { decode: { beam: { width: 2.5 } } }, /beam\.width/],
    ["no decoder", { decode: null }, /decode/],
    ["a decoder without parameters", { decode: { beam: null } }, /decode/],
    ["an unknown one", { decode: "best" }, /decode/],
    ["half a token", { max_tokens: 0.5 }, /max_tokens/],
  ] as const)
    it(`reject ${what}`, () => assert.match(refused(given), why));
});
