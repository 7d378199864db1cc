/** Training in the page: the notebook's losses, interrupts, answers, the adapter, and mistakes; without a request. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/session/models/model-handle.js";
import { asFloats } from "#kernel/tensors/numbers.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { root } from "./browser.js";
import { builtTrainPage, TrainPages, type TrainPage } from "./train-page.js";
import { unzipped } from "./unzipped.js";

const program = (recipe: string, technique = "lora(rank: 8)") => `data reviews {
  source: csv("data/sentiment.csv")
  columns: { text: text, label: label }
  clean: [unicode, strip_html, drop_empty, drop_duplicates]
  split: by_column(part)
  allow: { near-leak: "three exclamations that different people write alike" }
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: ${technique}, max_length: 128 }
recipe quick { ${recipe}, batch_size: 4, optimizer: adamw(learning_rate: 2e-3), seed: 0 }
train mood on reviews with quick
`;
const texts = ["The battery died after two days.", "Best pizza I ever had!"];

describe("training in the page", function () {
  this.timeout(180_000);
  let pages: TrainPages;
  let page: TrainPage;
  let book: NotebookOfOne;
  before(async () => {
    const { file } = await builtTrainPage();
    pages = await TrainPages.of(file);
    page = await pages.open();
    book = new NotebookOfOne();
  });
  after(async () => {
    await pages.close();
    await book.close();
  });
  const write = async (code: string): Promise<void> => {
    await page.playground.write(code);
    await page.playground.verdict(/No mistakes|remark/);
  };

  it("says what is missing before a base is there", async () => {
    await write(program("steps: 3"));
    await page.page.locator("#train-base", { hasText: "are not here" }).waitFor();
    await page.train();
    assert.equal(await page.code(), "base-incomplete");
  });

  it("takes the notebook's steps, and answers as its model", async () => {
    await page.giveBase();
    await page.train();
    const { losses, steps, ended } = await page.outcome();
    assert.deepEqual([steps, ended], [3, "done"]);
    mkdirSync(join(book.folder, "data"));
    cpSync(join(root, "notebooks/data/sentiment.csv"), join(book.folder, "data/sentiment.csv"));
    await book.run(program("steps: 3"));
    const mood = book.values.get("mood") as ModelHandle;
    near(
      losses,
      mood.history.map(({ loss }) => loss),
    );
    const theirs = await mood.predict(texts);
    const ours = (await page.predict(texts)).map(([a = 0, b = 0]) => 1 / (1 + Math.exp(a - b)));
    near(
      ours,
      theirs.map(({ probabilities }) => Object.values(probabilities)[1] ?? Number.NaN),
    );
  });

  it("saves the adapter that the notebook writes", async () => {
    const folder = await unzipped(await page.save(), "mood");
    const file = join(folder, "adapter_model.safetensors");
    const saved = join(book.folder, "saved");
    await (book.values.get("mood") as ModelHandle).save(saved);
    const own = join(saved, "adapter_model.safetensors");
    const names = Object.keys(readHeader(own).tensors).sort();
    assert.deepEqual(Object.keys(readHeader(file).tensors).sort(), names);
    for (const name of names) near(asFloats(readTensor(file, name)), asFloats(readTensor(own, name)));
    const config = (of: string) =>
      JSON.parse(readFileSync(join(of, "adapter_config.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual(config(folder), config(saved));
  });

  it("is interrupted after a step, and goes on to the same end", async () => {
    await write(program("steps: 6"));
    await page.train();
    await page.outcome();
    const whole = await page.predict(texts);
    await write(program("steps: 6", "lora(rank: 8) "));
    await page.train();
    await page.page.locator("#train-live", { hasText: /step [1-4] of 6/ }).waitFor();
    await page.page.locator("#interrupt").click();
    const first = await page.outcome("interrupted");
    assert.ok(first.steps > 0 && first.steps < 6, String(first.steps));
    assert.equal((await page.predict(texts)).length, 2);
    await page.page.locator("#go-on").click();
    assert.equal((await page.outcome()).steps, 6);
    near((await page.predict(texts)).flat(), whole.flat());
  });

  it("refuses what it can't train, with a code", async () => {
    await write(program("steps: 3", "full"));
    await page.train();
    assert.equal(await page.code(), "not-trained-on-page");
  });

  it("asks nothing of a network, and nothing fails in it", () => {
    assert.deepEqual(pages.pages.complaints, []);
  });
});

function near(ours: ArrayLike<number>, theirs: ArrayLike<number>): void {
  assert.equal(ours.length, theirs.length);
  for (let i = 0; i < theirs.length; i++)
    assert.ok(Math.abs(ours[i]! - theirs[i]!) < 1e-3, `${String(i)}: ${String(ours[i])} and ${String(theirs[i])}`);
}
