/**
 * Measures the cost of running tokenizers in a separate process: loading, a thousand short texts and one decoded token,
 * compared with the same library in this process. Usage: `node dist/bench/apart.js [FOLDER]`, where FOLDER contains
 * tokenizer.json. It defaults to the quickstart's base model.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as RustTokenizer } from "@anush008/tokenizers";
import { TokenizerSandbox } from "#kernel/bases/isolated/client.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";

const folder = process.argv[2] ?? (await resolveBase("sentence-transformers/all-MiniLM-L6-v2", { folder: "." })).folder;
const texts = Array.from(
  { length: 1000 },
  (_, i) => `The film of row ${i} was ${i % 3 ? "a joy" : "a bore"} to watch, and ${i * 7919} people saw it.`,
);
const rounds = 15;

const inside = await timed(1, () =>
  Promise.resolve(RustTokenizer.fromString(readFileSync(join(folder, "tokenizer.json"), "utf8"))),
);
const rust = inside.made;
const host = new TokenizerSandbox();
const first = await timed(1, () => loadTokenizer(folder, host));
const again = await timed(rounds, () => loadTokenizer(folder, host));
const tokenizer = first.made;
const rows: readonly (readonly [string, number, number])[] = [
  ["load, the process started", inside.ms, first.ms],
  ["load once more", inside.ms, again.ms],
  [
    "encode 1,000 short texts",
    (
      await timed(rounds, async () =>
        (await rust.encodeBatch(texts, { addSpecialTokens: false })).map((e) => Int32Array.from(e.getIds())),
      )
    ).ms,
    (await timed(rounds, () => tokenizer.encode(texts, 128))).ms,
  ],
  [
    "decode one token",
    (await timed(200, () => rust.decode([1037], true))).ms,
    (await timed(200, () => tokenizer.decode(Int32Array.of(1037)))).ms,
  ],
];
console.log("| | in this process, ms | apart, ms |\n|---|---|---|");
for (const [what, here, there] of rows) console.log(`| ${what} | ${here.toFixed(2)} | ${there.toFixed(2)} |`);
host.close();

/** Median time over several runs. */
async function timed<T>(times: number, work: () => Promise<T>): Promise<{ readonly made: T; readonly ms: number }> {
  const took: number[] = [];
  let made: T | undefined;
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    made = await work();
    took.push(performance.now() - begun);
  }
  return { made: made!, ms: took.sort((a, b) => a - b)[Math.floor(times / 2)]! };
}
