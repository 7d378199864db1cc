/** The card of a compressed model: its code builds the model in transformers, and it names the teacher. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../session/small-training.js";

const TEXTS = ["a good film w1", "very bad book w2", "a fine book w3"];

describe("model card of a student", function () {
  this.timeout(300_000);
  const book = new NotebookOfOne();
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const card = (name: string): string => readFileSync(join(model(name).folder!, "README.md"), "utf8");

  before(async () => {
    writeSmallTraining(book.folder);
    const lines = readFileSync(join(book.folder, "rows.csv"), "utf8").trim().split("\n").slice(1);
    writeFileSync(
      join(book.folder, "more.csv"),
      ["text", ...lines.map((line) => `${line.split(",")[0]!} a`)].join("\n"),
    );
    const llama = new URL("../../../../../tests/fixtures/models/chat-llama", import.meta.url);
    cpSync(llama, join(book.folder, "llama"), { recursive: true });
    await book.run(`${definitions}
data more { source: csv("more.csv"), columns: { text: text } }
recipe r { epochs: 2, batch_size: 8, optimizer: adamw(learning_rate: 3e-3), keep: last }
train m on d with r
compress m on d, more with r as s { distill: student(layers: 1, learns: [labels(0.5), logits(temperature: 4)]) }
compress prompt("llama", "Is it yes or no? {text}") on d with r as own { distill: student(base: "bert") }`);
  });
  after(() => book.close());

  it("includes code with which transformers predicts like the notebook", async () => {
    const [, code] = /```python\n([\s\S]*?)```/.exec(card("s"))!;
    const asks = `
import json, torch
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("base")
batch = tokenizer(${JSON.stringify(TEXTS)}, padding=True, return_tensors="pt")
base.eval()
with torch.no_grad():
    print(json.dumps(base(**batch).logits.softmax(-1).flatten().tolist()))
`;
    const { python } = await ensurePythonEnv("oracles", {});
    const { stdout, stderr } = spawnSync(python, ["-c", code! + asks], {
      cwd: model("s").folder!,
      encoding: "utf8",
      env: { ...process.env, TRANSFORMERS_VERBOSITY: "error", HF_HUB_OFFLINE: "1" },
    });
    assert.notEqual(stdout, "", stderr);
    const theirs = JSON.parse(stdout.trim().split("\n").at(-1)!) as number[];
    const said = await model("s").predict<{
      readonly text: string;
      readonly probabilities: Readonly<Record<string, number>>;
    }>(TEXTS);
    const ours = said.flatMap(({ probabilities }) => Object.values(probabilities));
    assert.equal(theirs.length, ours.length);
    ours.forEach((one, i) => assert.ok(Math.abs(one - theirs[i]!) < 1e-5, `${String(one)}, ${String(theirs[i])}`));
  });

  it("names its teacher, its distillation losses and the number of rows labelled by the teacher", () => {
    assert.match(card("s"), /^A student of the training `m`, whose base is `bert`, for `text_classification`/m);
    assert.match(card("s"), /^It was made from `m` by `student\(layers: 1\)`\./m);
    assert.match(card("s"), /It learned `labels\(weight: 0\.5\)`, `logits\(weight: 1, temperature: 4\)` from `m`/);
    assert.match(card("s"), /From `more`, 64 rows without labels, it learned the predictions of `m`/);
    const asked =
      /^`bert` fine-tuned for[^]*^It was made from `prompt\(base: llama, text: "Is it yes or no\? \{text\}".*\)` by `student\(base: bert\)`\./m;
    assert.match(card("own"), asked);
    assert.match(card("own"), /^tags: .*"distillation"/m);
    for (const name of ["s", "own"]) assert.ok(!card(name).includes(book.folder), "no path of this machine");
  });
});
