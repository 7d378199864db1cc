/**
 * `npm run page:train`: trains the complete quickstart in the page, in headless Chromium, from a file, and then runs
 * `train-more.ts`. `--more` runs only the latter. Checks the accuracy on the test split, the logits of the adapter in
 * transformers, and that no network was used. Prints the time and memory, as bench/LOG.md records them.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { resolveBase } from "#kernel/bases/resolve.js";
import { root } from "./browser.js";
import { builtTrainPage, TrainPages } from "./train-page.js";
import { tryMore } from "./train-more.js";
import { unzipped } from "./unzipped.js";

const LEAST = 0.89;
const texts = ["The battery died after two days.", "Best pizza I ever had!", "It is a phone.", "Not bad, not good."];

const oracle = `
import json, os, sys
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer
base, adapter, texts = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if os.path.exists(os.path.join(adapter, "adapter_config.json")):
    model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=2)
    model = PeftModel.from_pretrained(model, adapter).eval()
else:
    base, model = adapter, AutoModelForSequenceClassification.from_pretrained(adapter).eval()
batch = AutoTokenizer.from_pretrained(base)(texts, padding=True, return_tensors="pt")
with torch.no_grad():
    print(json.dumps(model(**batch).logits.tolist()))
`;

async function main(): Promise<void> {
  const built = await builtTrainPage();
  if (process.argv.includes("--more")) return tryMore(built.file, texts, distance);
  const pages = await TrainPages.of(built.file);
  try {
    const page = await pages.open({ hash: "#quickstart" });
    await page.giveBase();
    const begun = performance.now();
    await page.train();
    const outcome = await page.outcome("trained", 1_800_000);
    const seconds = (performance.now() - begun) / 1000;
    await page.playground.picture("trained");
    const scores = outcome.evaluated[0]?.scores ?? {};
    const said = await page.predict(texts);
    const folder = await unzipped(await page.save(), "mood");
    const off = await distance(said, folder);
    console.log(
      JSON.stringify({
        page: { bytes: built.bytes, gzip: built.gzip },
        ...{ steps: outcome.steps, secondsWithScores: rounded(seconds), stepSeconds: rounded(outcome.stepSeconds) },
        ...{ memoryMiB: Math.round(outcome.memoryBytes / 2 ** 20), scores, logitsOff: off },
        requests: pages.pages.complaints,
        processor: cpus()[0]?.model,
      }),
    );
    assert.ok((scores["accuracy"] ?? 0) >= LEAST, `accuracy ${String(scores["accuracy"])}`);
    assert.ok(off < 1e-3, `logits differ by ${String(off)}`);
    assert.deepEqual(pages.pages.complaints, []);
  } finally {
    await pages.close();
  }
  await tryMore(built.file, texts, distance);
}

/** Returns the greatest difference between the page's logits and those of transformers with the saved model. */
async function distance(said: readonly (readonly number[])[], adapter: string): Promise<number> {
  const { ensurePythonEnv } = (await import(pathToFileURL(join(root, "tools/python-env.mjs")).href)) as {
    ensurePythonEnv(name: string, o: object): Promise<{ readonly python: string }>;
  };
  const { python } = await ensurePythonEnv("oracles", {});
  const { folder } = await resolveBase("all-MiniLM-L6-v2", { folder: root });
  const out = execFileSync(python, ["-c", oracle, folder, adapter, JSON.stringify(texts)], { encoding: "utf8" });
  const theirs = JSON.parse(out.trim().split("\n").at(-1) ?? "[]") as number[][];
  return Math.max(...said.flatMap((row, i) => row.map((x, j) => Math.abs(x - (theirs[i]?.[j] ?? Number.NaN)))));
}

const rounded = (x: number): number => Math.round(x * 100) / 100;

await main();
