import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";

type Ids = readonly number[];
interface Golden {
  readonly texts: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
  readonly tokenizers: Readonly<
    Record<
      string,
      {
        readonly pad: number;
        readonly ids: readonly Ids[];
        readonly cut: readonly Ids[];
        readonly pairs: readonly Ids[];
      }
    >
  >;
}
const tests = new URL("../../../../tests/", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("golden/oracle/encoder-tokenizers.json", tests), "utf8")) as Golden;

describe("tokenizers of the encoder families", () => {
  for (const [name, said] of Object.entries(golden.tokenizers))
    it(`${name}: match Python's ids in full, truncated and in pairs, and its padding`, async () => {
      const tokenizer = await loadTokenizer(fileURLToPath(new URL(`fixtures/models/tokenizer-${name}`, tests)));
      const { texts, pairs } = golden;
      const [whole, cut] = [await tokenizer.encode(texts, Infinity), await tokenizer.encode(texts, 9)];
      const both = await tokenizer.encodePairs(
        pairs.map(([a]) => a),
        pairs.map(([, b]) => b),
        16,
      );
      texts.forEach((text, i) => {
        assert.deepEqual([...whole[i]!], said.ids[i], JSON.stringify(text));
        assert.deepEqual([...cut[i]!], said.cut[i], JSON.stringify(text));
      });
      pairs.forEach((pair, i) => assert.deepEqual([...both[i]!.ids], said.pairs[i], JSON.stringify(pair)));
      // RoBERTa has only one token type.
      if (name !== "distilbert") assert.ok(both.every(({ types }) => types.every((type) => type === 0)));
      assert.equal(tokenizer.padId, said.pad);
      assert.equal(tokenizer.longest, 64);
    });
});
