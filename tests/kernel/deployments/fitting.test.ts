/** A proof uses inputs that fit the model: short prompts if the usual ones are too long, and always at least one. */
import assert from "node:assert/strict";
import { promptsThatFit } from "#kernel/deployments/fitting.js";
import { goldenInputsOf } from "#kernel/deployments/golden.js";
import type { Tokenizer } from "#kernel/bases/tokenizer.js";

/** One token per character. */
const tokenizer = {
  encode: (texts: readonly string[]) => Promise.resolve(texts.map((text) => new Int32Array(text.length))),
  encodePlaced: (texts: readonly string[]) =>
    Promise.resolve(texts.map((text) => ({ ids: new Int32Array(text.length) }))),
} as unknown as Tokenizer;
const golden = goldenInputsOf({ maxLength: 64, roles: ["text"], mask: null, writes: "texts" });
const fit = (positions: number, before = "") => {
  assert.ok(golden.is === "prompts");
  const chat =
    before === ""
      ? undefined
      : {
          write: (all: readonly (readonly { content: string }[])[]) =>
            Promise.resolve(all.map((turns) => before + turns.at(-1)!.content)),
        };
  return promptsThatFit(golden, { chat: chat as never, tokenizer, positions });
};

describe("prompts for verifying a generative model", () => {
  it("include all prompts if they fit", async () => {
    const made = await fit(1000);
    assert.ok("is" in made && golden.is === "prompts");
    assert.deepEqual([made.inputs, made.most], [golden.inputs, 32]);
  });
  it("include short prompts if only one other fits", async () => {
    const made = await fit(8);
    assert.ok("is" in made);
    assert.deepEqual([made.inputs, made.most], [["a", "no", "7", "?"], 4]);
  });
  it("use fewer tokens if the template leaves little space", async () => {
    const made = await fit(60, "x".repeat(50));
    assert.ok("is" in made);
    assert.deepEqual([made.inputs, made.most], [["a", "7", "?"], 9]);
  });
  it("are none if the template is too long, with the minimum length reported", async () =>
    assert.deepEqual(await fit(40, "x".repeat(50)), { shortest: 51 }));
});
