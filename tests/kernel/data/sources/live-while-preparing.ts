/**
 * Prepares the data plan of the first argument, feeds an epoch of it, and prints the peak live memory in MiB, measured
 * repeatedly after a full collection (`--expose-gc`). The process's memory use would say less, as it depends on how
 * much the collector leaves, which differs between versions.
 */
import type { DataPlan } from "#dsl/language/types/value.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { prepareFetchedData } from "#kernel/data/sources/prepare.js";
import { openOrMakeTokenFile } from "#kernel/data/sources/token-file.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";
import { TokenWindows } from "#kernel/data/sequences/windows.js";

declare const gc: () => void;
let most = 0;
function look(): void {
  gc();
  gc(); // frees the buffers whose owners the first collection freed
  const { heapUsed, external } = process.memoryUsage();
  most = Math.max(most, heapUsed + external);
}

const [plan = "", folder = ""] = process.argv.slice(2);
const tokenizer = {
  padId: 0,
  hash: "bytes",
  encode: (texts: readonly string[]) => Promise.resolve(texts.map((text) => Int32Array.from(Buffer.from(text)))),
  encodeWords: () => Promise.resolve([]),
  encodePairs: () => Promise.resolve([]),
  encodeContexts: () => Promise.resolve([]),
};
const looking = setInterval(look, 400);
const prepared = await prepareFetchedData(
  JSON.parse(plan) as DataPlan,
  { folder, live: () => undefined },
  { tokenizer },
);
const split = prepared.streamed?.["train"];
const tokens = split
  ? await openOrMakeTokenFile(split, tokenizer)
  : new TextsInMemory(await tokenizer.encode(Array.from(prepared.splits["train"]!.array("text") as Iterable<string>)));
clearInterval(looking);
const rows = new TokenWindows(tokens, 512, 0);
const loader = new DataLoader(
  { ids: rows, lengths: rows.lengths, taught: null },
  { batchSize: 64, accumulate: 1, packed: 1024, shuffle: "random", seed: 0, padId: 0 },
);
for (let step = 1; step <= loader.updates(0); step++) {
  loader.update(step).part(0);
  if (step % 100 === 0) look();
}
look();
process.stdout.write(String(Math.round(most / 2 ** 20)));
