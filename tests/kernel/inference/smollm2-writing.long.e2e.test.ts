/**
 * SmolLM2-135M writes the same greedy texts as transformers: 20 prompts of unequal length in one batch, 64 tokens each.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";

interface Golden {
  readonly new: number;
  readonly cases: readonly {
    readonly prompt: string;
    readonly prompt_ids: readonly number[];
    readonly ids: readonly number[];
    readonly text: string;
    /** The smallest gap between the two most likely tokens. */
    readonly gap: number;
  }[];
}
const file = new URL("../../../../tests/golden/oracle/smollm2-greedy.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("text generation of SmolLM2-135M", function () {
  this.timeout(600_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    await book.run(`model smol { base: "SmolLM2-135M-Instruct", task: text_generation }`);
  });
  after(() => book.close());

  it("matches transformers token for token on 20 prompts", async () => {
    const prompts = golden.cases.map((c) => c.prompt);
    const tokens = prompts.map((): number[] => []);
    const texts = prompts.map(() => "");
    const { models } = book.session;
    const handle = book.values.get("smol") as ModelHandle;
    const greedy = { word: "greedy", kind: "decoder", arguments: {} };
    const writing = { decode: greedy, max_tokens: golden.new, stop: [], batch_size: prompts.length };
    for await (const piece of models.requests.write(handle, prompts, writing)) {
      tokens[piece.row]!.push(...piece.tokens);
      texts[piece.row] += piece.text;
    }
    for (const [i, { ids, prompt, gap, text }] of golden.cases.entries()) {
      assert.deepEqual(tokens[i], ids, `${JSON.stringify(prompt)}, closest race ${String(gap)}`);
      // The oracle's text includes the end token.
      assert.equal(texts[i], text.replace(/<\|im_end\|>$/, ""));
    }
  });
  it("writes the same text alone as in a batch", async () => {
    const handle = book.values.get("smol") as ModelHandle;
    for (const { prompt, text } of golden.cases.slice(0, 2)) {
      const [alone] = await handle.predict<WrittenContinuation>(prompt, { max_tokens: 20 });
      assert.ok(alone!.continuation.length > 0 && text.startsWith(alone!.continuation.slice(0, 40)));
    }
  });
});
