/**
 * Training in the page, with a small base: the notebook's losses with threads, a reload in the middle, WebGPU (which
 * the processor computes here), the adapter, all weights, and mistakes; all without a network request. `train-whole.ts`
 * uses the quickstart's base.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { toFloat32Array } from "#kernel/tensors/numbers.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { writeSmallBert } from "#tests/kernel/session/small-bert.js";
import { root } from "./browser.js";
import { served, type Served } from "./served.js";
import { builtTrainPage, SOFTWARE_WEBGPU, TrainPages, type TrainPage } from "./train-page.js";
import { unzipped } from "./unzipped.js";

const things = ["room", "food", "staff", "bed"];
const [good, bad] = [
  ["good", "nice", "warm"],
  ["bad", "cold", "rude"],
];
const rows = things.flatMap((thing) =>
  [...good!, ...bad!].map(
    (how, i) => `the ${thing} was ${how},${i < 3 ? "yes" : "no"},${i % 3 === 2 ? "test" : "train"}`,
  ),
);
const texts = ["the room was good", "the staff was rude"];
/** `steps`: enough that there is time to interrupt the training, and to reload the page meanwhile. */
const program = (
  steps: number,
  { technique = "lora(rank: 2)", base = "small", file = "rooms.csv" } = {},
) => `data rooms {
  source: csv("${file}")
  columns: { text: body, label: liked }
  split: by_column(part)
}
model mood { base: "${base}", task: text_classification, technique: ${technique}, max_length: 16 }
recipe quick { steps: ${String(steps)}, batch_size: 4, optimizer: adamw(learning_rate: 1e-3), seed: 0 }
train mood on rooms with quick
evaluate mood on rooms.test { metrics: [accuracy] }
`;
const LONG = 200;

describe("training page", function () {
  this.timeout(240_000);
  let server: Served;
  let pages: TrainPages;
  let page: TrainPage;
  let book: NotebookOfOne;
  const folder = mkdtempSync(join(tmpdir(), "tunebook-small-"));
  before(async () => {
    const { file } = await builtTrainPage();
    server = await served(file);
    writeSmallBert(join(folder, "small"), ["the", "was", ...things, ...good!, ...bad!]);
    writeFileSync(join(folder, "rooms.csv"), ["body,liked,part", ...rows].join("\n"));
    pages = await TrainPages.of(file, { address: server.address, args: SOFTWARE_WEBGPU, base: join(folder, "small") });
    page = await pages.open();
    book = new NotebookOfOne();
    for (const name of ["small", "rooms.csv"]) cpSync(join(folder, name), join(book.folder, name), { recursive: true });
  });
  after(async () => {
    await pages.close();
    await server.close();
    await book.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = async (code: string): Promise<void> => {
    await page.playground.write(code);
    await page.playground.verdict(/No mistakes|remark/);
  };
  const mood = () => book.values.get("mood") as ModelHandle;

  it("explains what is wrong with a table", async () => {
    await page.giveFiles("small", { "config.json": null, "tokenizer.json": null });
    await page.playground.drop({
      "rooms.csv": readFileSync(join(folder, "rooms.csv"), "utf8"),
      "empty.csv": "",
      "no-rows.csv": "body,liked,part\n",
      "other.csv": "text,stars,part\nthe room,5,train\n",
      "one.csv": "body,liked,part\nthe room,yes,train\nthe bed,yes,test\nthe food,yes,train\n",
    });
    for (const [file, told] of Object.entries({
      "empty.csv": /empty/,
      "no-rows.csv": /no rows/,
      "other.csv": /no column.*body/,
      "one.csv": /one label/,
    })) {
      await page.playground.write(program(3, { file }));
      await page.page.locator("#problems", { hasText: told }).waitFor();
      assert.ok(await page.page.locator("#train").isDisabled(), file);
    }
  });

  it("explains what is wrong with a base", async () => {
    await write(program(3));
    await page.page.locator("#train-base", { hasText: "are not here" }).waitFor();
    await page.train();
    assert.equal(await page.code(), "base-incomplete");
    const whole = readFileSync(join(folder, "small/model.safetensors"));
    const other = readFileSync(join(root, "tests/fixtures/models/bert-gelu-new/model.safetensors"));
    for (const [name, bytes, code] of [
      ["model.safetensors", whole.subarray(0, 5000), "weights-truncated"],
      ["model.safetensors", Buffer.from("PK\u0003\u0004 some other file"), "weights-malformed"],
      ["pytorch_model.bin", whole, "base-pickled"],
    ] as const) {
      await page.giveFiles("small", { [name]: bytes });
      await page.page.locator(`#train-said[data-code="${code}"]`).waitFor();
      assert.match(await page.page.locator("#train-base").innerText(), /are not here/);
    }
    await page.giveFiles("small", { "model.safetensors": other });
    await page.page.locator("#train-base", { hasText: /none of small: .* but the model needs/ }).waitFor();
    await page.train();
    assert.equal(await page.code(), "tensor-shape");
  });

  it("takes the notebook's steps with threads, after an interrupt too, and predicts like its model", async () => {
    await page.giveBase();
    await page.page.locator("#files code", { hasText: "tokenizer_config.json" }).waitFor();
    assert.equal(await page.page.locator("#files li[data-broken]", { hasText: "small/" }).count(), 0);
    await write(program(LONG));
    await page.train();
    await page.page.locator("#train-live", { hasText: new RegExp(`step \\d+ of ${String(LONG)}`) }).waitFor();
    await page.page.locator("#interrupt").click();
    const first = await page.outcome("interrupted");
    assert.ok(first.steps > 0 && first.steps < LONG, String(first.steps));
    await page.page.locator("#go-on").click();
    const { losses, steps, ended, on, why } = await page.outcome();
    assert.deepEqual([steps, ended, losses.length], [LONG, "done", LONG]);
    assert.match(on, /WebAssembly, \d threads/);
    assert.match(why ?? "", /the processor computes what this browser's WebGPU .*would/);
    await book.run(program(LONG));
    near(
      losses.slice(0, 50),
      mood()
        .history.slice(0, 50)
        .map(({ loss }) => loss),
    );
  });

  it("resumes after a reload with the stored base, and ends with the same result", async () => {
    const whole = await page.outcome();
    const answers = await page.predict(texts);
    await page.train();
    // Waits for the first steps of this training. The text that the earlier one left shows a step with more digits.
    await page.page.locator("#train-kept", { hasText: /after step \d\d?,/ }).waitFor();
    await page.reload();
    await page.page.locator("#take-up", { hasText: "Go on with it" }).click();
    const again = await page.outcome();
    assert.deepEqual(again.losses, whole.losses);
    assert.deepEqual(await page.predict(texts), answers);
    await page.page.locator("#train-base", { hasText: "kept in this browser" }).waitFor();
  });

  it("opens a finished training after a reload", async () => {
    const answers = await page.predict(texts);
    await page.reload();
    await page.page.locator("#take-up", { hasText: "Open it" }).click();
    assert.equal((await page.outcome()).steps, LONG);
    assert.deepEqual(await page.predict(texts), answers);
  });

  it("preserves the trained model if the next training is refused", async () => {
    const answers = await page.predict(texts);
    const curve = await page.page.locator("#train-live").innerHTML();
    await write(program(5, { base: "all-MiniLM-L6-v2" }));
    await page.train();
    assert.equal(await page.code(), "base-incomplete");
    assert.equal(await page.state(), "trained");
    assert.equal(await page.page.locator("#train-live").innerHTML(), curve);
    assert.deepEqual(await page.predict(texts), answers);
  });

  it("saves the same adapter as the notebook, and all weights", async () => {
    for (const technique of ["lora(rank: 2)", "full"]) {
      await write(program(5, { technique }));
      await page.train();
      await page.outcome();
      const own = await unzipped(await page.save(), "mood");
      await book.run(program(5, { technique }));
      const saved = join(book.folder, `saved-${technique.slice(0, 4)}`);
      mkdirSync(saved);
      await mood().save(saved);
      if (technique !== "full") {
        const { id2label } = JSON.parse(readFileSync(join(own, "config.json"), "utf8")) as { id2label: object };
        assert.deepEqual(id2label, Object.fromEntries(mood().labels.map((label, i) => [i, label])));
        const readme = readFileSync(join(own, "README.md"), "utf8");
        for (const label of mood().labels) assert.ok(readme.includes(`\`${label}\``), readme);
        assert.match(readme, /16 tokens/);
        assert.match(readme, /accuracy on rooms\.test: /);
      }
      const files = technique === "full" ? ["model", "config"] : ["adapter_model", "adapter_config"];
      sameTensors(join(own, `${files[0]!}.safetensors`), join(saved, `${files[0]!}.safetensors`));
      const config = (of: string) => JSON.parse(readFileSync(join(of, `${files[1]!}.json`), "utf8")) as unknown;
      assert.deepEqual(config(own), config(saved));
    }
  });

  it("reaches the same losses on WebGPU when requested", async () => {
    await write(program(3));
    await page.train("wasm");
    const here = await page.outcome();
    const answers = await page.predict(texts);
    await page.train("webgpu");
    const there = await page.outcome();
    assert.match(there.on, /WebGPU/);
    near(there.losses, here.losses);
    near((await page.predict(texts)).flat(), answers.flat());
  });

  it("trains the selected one of several trainings", async () => {
    await write(`${program(3)}
model other { base: "small", task: text_classification, technique: lora(rank: 2), max_length: 16 }
train other on rooms { steps: 4, batch_size: 4 }
`);
    await page.page.locator("#train-which").selectOption("other");
    assert.equal(await page.page.locator("#train").innerText(), "Train other");
    await page.train();
    assert.equal((await page.outcome()).steps, 4);
    await unzipped(await page.save(), "other");
  });

  it("lists what the browser stores for it, and deletes it", async () => {
    const stored = page.page.locator("#train-stored");
    const inBrowser = () =>
      page.page.evaluate(async () => {
        const [names, place] = [[] as string[], await navigator.storage.getDirectory()];
        const folders = place as unknown as { values(): AsyncIterable<{ keys(): AsyncIterable<string> }> };
        for await (const folder of folders.values()) for await (const name of folder.keys()) names.push(name);
        return names;
      });
    await stored.filter({ hasText: /keeps \d+ kB of bases and trainings/ }).waitFor();
    assert.equal((await inBrowser()).length, 2);
    await page.page.locator("#forget-all").click();
    await page.page.locator("#train-base", { hasText: "are not here" }).waitFor();
    await stored.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    assert.deepEqual(await inBrowser(), []);
    await page.page.locator("#train-kept", { hasText: "not kept" }).waitFor();
  });

  it("reports full storage, and warns before the page is closed", async () => {
    await page.giveBase();
    await page.room(20_000);
    await page.train();
    await page.outcome();
    await page.page.locator("#train-kept", { hasText: /not kept: .*no more room/ }).waitFor();
    await page.page.locator("#train-base", { hasText: /until the page is closed \(.*no more room/ }).waitFor();
    assert.equal(await page.leaving(), "beforeunload");
    await page.save();
    assert.equal(await page.leaving(), null);
  });

  it("makes no network request and reports no error", () => {
    assert.deepEqual(pages.pages.complaints, []);
    assert.deepEqual([...new Set(server.asked)], ["/train.html"]);
  });
});

function sameTensors(ours: string, theirs: string): void {
  const names = Object.keys(readHeader(theirs).tensors).sort();
  assert.deepEqual(Object.keys(readHeader(ours).tensors).sort(), names);
  for (const name of names) near(toFloat32Array(readTensor(ours, name)), toFloat32Array(readTensor(theirs, name)));
}

function near(ours: ArrayLike<number>, theirs: ArrayLike<number>): void {
  assert.equal(ours.length, theirs.length);
  for (let i = 0; i < theirs.length; i++)
    assert.ok(Math.abs(ours[i]! - theirs[i]!) < 1e-3, `${String(i)}: ${String(ours[i])} and ${String(theirs[i])}`);
}
