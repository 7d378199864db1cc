/**
 * Additional runs of `npm run page:train` with the quickstart's base: one thread and several in turn, WebGPU in
 * software, and all weights. Checks that the losses are the same everywhere, and the logits of the saved model in
 * transformers.
 */
import assert from "node:assert/strict";
import { served } from "./served.js";
import { SOFTWARE_WEBGPU, TrainPages, type Outcome, type TrainPage } from "./train-page.js";
import { unzipped } from "./unzipped.js";

const ROUNDS = 3;
const program = (steps: number, technique = "lora(rank: 8)", batch = 16) => `data reviews {
  source: csv("data/sentiment.csv")
  columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates]
  split: by_column(part)
  allow: { near-leak: "three exclamations that different people write alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${technique}, max_length: 128 }
recipe quick { steps: ${String(steps)}, batch_size: ${String(batch)}, optimizer: adamw(learning_rate: 2e-3), seed: 0 }
train mood on reviews with quick
`;
const took = ({ stepSeconds, memoryBytes, on }: Outcome) => ({
  ...{ on, stepSeconds: Math.round(stepSeconds * 100) / 100, memoryMiB: Math.round(memoryBytes / 2 ** 20) },
});

/** `distance`: returns how far logits are from those of transformers with a saved folder. */
export async function tryMore(
  file: string,
  texts: readonly string[],
  distance: (said: readonly (readonly number[])[], folder: string) => Promise<number>,
): Promise<void> {
  const places = [await served(file, { apart: false }), await served(file)];
  const opened = await Promise.all(
    places.map(({ address }) => TrainPages.of(file, { address, args: SOFTWARE_WEBGPU })),
  );
  try {
    const pages: TrainPage[] = [];
    for (const one of opened) pages.push(await opening(one));
    const [plain, threaded] = pages as [TrainPage, TrainPage];
    for (let round = 0; round < ROUNDS; round++) {
      const one = await trained(plain, program(4));
      const several = await trained(threaded, program(4));
      near(several.losses, one.losses);
      console.log(
        JSON.stringify({ one: took(one), several: took(several), ratio: one.stepSeconds / several.stepSeconds }),
      );
    }
    const here = await trained(plain, program(2, "lora(rank: 8)", 2));
    const there = await trained(plain, program(2, "lora(rank: 8)", 2), "webgpu");
    near(there.losses, here.losses);
    console.log(JSON.stringify({ wasm: took(here), webgpuBySoftware: took(there) }));
    const whole = await trained(threaded, program(2, "full"));
    const off = await distance(await threaded.predict(texts), await unzipped(await threaded.save(), "mood"));
    console.log(JSON.stringify({ full: took(whole), logitsOff: off }));
    assert.ok(off < 1e-3, `logits of all weights differ by ${String(off)}`);
    assert.deepEqual(
      opened.flatMap(({ pages: own }) => own.complaints),
      [],
    );
  } finally {
    for (const one of opened) await one.close();
    for (const one of places) await one.close();
  }
}

async function opening(pages: TrainPages): Promise<TrainPage> {
  const page = await pages.open({ hash: "#quickstart" });
  await page.giveBase();
  return page;
}

async function trained(page: TrainPage, text: string, where: "wasm" | "webgpu" = "wasm"): Promise<Outcome> {
  await page.playground.write(text);
  await page.playground.verdict(/No mistakes|remark/);
  await page.train(where);
  return page.outcome("trained", 900_000);
}

function near(ours: readonly number[], theirs: readonly number[]): void {
  assert.equal(ours.length, theirs.length);
  for (const [i, loss] of theirs.entries())
    assert.ok(Math.abs((ours[i] ?? Number.NaN) - loss) < 1e-3, `step ${String(i + 1)}`);
}
