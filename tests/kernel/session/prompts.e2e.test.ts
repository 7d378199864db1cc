/**
 * A prompted base compared with a model: a tiny LLaMA of random weights, with its own chat template and without one.
 */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { parsePromptTemplate } from "#stdlib/contenders/shared/prompting/template.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { definitions, writeSmallTraining } from "./small-training.js";

const llama = new URL("../../../../tests/fixtures/models/chat-llama/", import.meta.url);
const GREEDY = { word: "greedy", kind: "decoder", arguments: { repetition_penalty: 1 } };

describe("prompt as a baseline", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    cpSync(llama, join(book.folder, "llama"), { recursive: true });
    cpSync(llama, join(book.folder, "plain"), { recursive: true });
    const settings = join(book.folder, "plain", "tokenizer_config.json");
    const plain = JSON.parse(readFileSync(settings, "utf8")) as Record<string, unknown>;
    writeFileSync(settings, JSON.stringify({ ...plain, chat_template: undefined }));
    await book.run(`${definitions}train m on d { epochs: 1 }`);
  });
  after(() => book.close());
  const last = () => book.session.evaluations.at(-1)!;
  const prompted = (base: string, writes: boolean) =>
    book.session.weights.baseModels.prompted(base, plainHostContext(book.folder), { writes });

  it("is scored by label likelihoods on the same rows, deterministically", async () => {
    const ask = `evaluate m, prompt("llama", "Good? {text}", shots: 2) on d.validation { metrics: [accuracy, log_loss, roc_auc] }`;
    const shown = JSON.stringify(await book.run(ask));
    const { metrics, rows, labels, model } = last();
    assert.deepEqual([rows, labels, model], [16, ["no", "yes"], 'prompt("llama", "Good? {text}", shots: 2)']);
    assert.ok(metrics["log_loss"]! > 0 && metrics["log_loss"]! < 20);
    assert.match(shown, /by its chat template, 2 examples of the split `train`, the likeliest label/);
    await book.run(ask);
    assert.deepEqual(last().metrics, metrics);
    await book.run(ask.replace("shots: 2", "shots: 2, seed: 7"));
    assert.notDeepEqual(last().metrics, metrics);
  });
  it("works with data and models from a used file, which can be shown and used", async () => {
    const file = `data u { source: csv("rows.csv"), columns: { text: text, label: label } }
model g { base: "llama", task: text_generation }`;
    writeFileSync(join(book.folder, "used.tune"), file);
    await book.run('use "used.tune"');
    const text = async (tune: string) =>
      (await book.run(tune)).map(({ bundle }) => String(bundle["text/plain"])).join();
    // The output contains the requested object once, and nothing from the imported program.
    assert.equal((await text("show u")).match(/csv\("rows\.csv"\)/g)?.length, 1);
    assert.match(await text("show g"), /^Model g\nbase +llama/);
    assert.equal((await text("show g")).match(/Model g/g)?.length, 1);
    assert.match(await text('predict g on "hi" { max_tokens: 2 }'), /2 tokens for 1 text/);
  });
  it("is timed without the time to open it", async () => {
    const { baseModels } = book.session.weights;
    const before = baseModels.prompted.bind(baseModels);
    const WAITS = 1500;
    let opened = Number.POSITIVE_INFINITY;
    baseModels.prompted = async (...asked) => {
      const base = await before(...asked);
      return {
        ...base,
        async read(...rows) {
          const read = await base.read(...rows);
          return {
            ...read,
            async open() {
              await read.open();
              await new Promise((resolve) => setTimeout(resolve, WAITS));
              opened = performance.now();
            },
          };
        },
      };
    };
    try {
      for (const asked of [
        '"llama", "Good? {text}", shots: 2',
        '"plain", "Good? {text}", answers: text, max_tokens: 3',
      ]) {
        await book.run(`evaluate m, prompt(${asked}) on d.validation { metrics: [accuracy] }`);
        const { asking } = last().cost!;
        assert.ok(asking > 0 && 1000 * asking <= performance.now() - opened, String(asking));
      }
    } finally {
      baseModels.prompted = before;
    }
  });
  it("reads the common prefix once when opened", async () => {
    const { fill } = parsePromptTemplate("Good? {text} Answer.");
    const rows = ["a", "good film", "a bad film, very bad"].map((text) => ({ fill, values: [text], shots: [] }));
    const base = await prompted("llama", false);
    const read = await base.read(rows, { likelihood: ["yes", "no"] }, { batchSize: 2 });
    const asked = Uint32Array.of(0, 1, 2);
    const alone = await read.likelihoods(asked, ["yes", "no"]);
    const again = await base.read(rows, { likelihood: ["yes", "no"] }, { batchSize: 2 });
    await again.open();
    const opened = await again.likelihoods(asked, ["yes", "no"]);
    opened.outputs.forEach((own, row) =>
      own.forEach((one, l) => assert.ok(Math.abs(one - alone.outputs[row]![l]!) < 1e-4, `${row} ${l}`)),
    );
  });
  it("is scored by generated text on demand, and text without a label counts as wrong", async () => {
    const ask = `evaluate m, prompt("plain", "Good? {text}", answers: text, max_tokens: 3) on d.validation { metrics: [accuracy, f1, cohen_kappa, log_loss] }`;
    const shown = JSON.stringify(await book.run(ask));
    const { metrics, confusion } = last();
    // A model with random weights never names a label.
    assert.match(shown, /16 of 16 answers named no label: they count as wrong/);
    assert.match(shown, /log_loss is no number: its predictions are labels without probabilities/);
    assert.deepEqual([metrics["accuracy"], metrics["f1"]], [0, 0]);
    assert.ok(Number.isNaN(metrics["log_loss"]));
    assert.deepEqual(confusion, [
      [0, 0],
      [0, 0],
    ]);
  });
  it("truncates only long text, never the instruction or the examples", async () => {
    const { fill } = parsePromptTemplate("Good? {text} Answer.");
    const shots = [{ question: fill(["a good film"]), answer: "yes" }];
    const long = Array.from({ length: 80 }, (_, i) => `word${i}`).join(" ");
    for (const name of ["llama", "plain"]) {
      const base = await prompted(name, true);
      const row = (text: string) => ({ shots, values: [text], fill });
      const [whole, cut] = [
        await base.read([row("short")], { writes: 4 }, { batchSize: 8 }),
        await base.read([row("short"), row(long)], { writes: 4 }, { batchSize: 8 }),
      ];
      assert.deepEqual([whole.cut, cut.cut], [0, 1]);
      const { tokens } = await cut.write(Uint32Array.of(1), GREEDY);
      // 160 positions, of which 4 are for the answer.
      assert.ok(tokens <= 160 && tokens > 150, String(tokens));
      // Only the prefix before the rows' own texts is shared.
      assert.ok(cut.shared > 10);
      const filled = { shots, values: ["x"], fill: (values: readonly string[]) => long + values.join("") };
      await assert.rejects(base.read([filled], { writes: 4 }, { batchSize: 8 }), (error) => {
        assert.ok(error instanceof CodedError && error.code === "prompt-too-long", String(error));
        return true;
      });
    }
  });
  it("predicts the same alone and in a batch, also with other examples", async () => {
    const { fill } = parsePromptTemplate("Good? {text}");
    const [one, other] = [
      [{ question: fill(["a good film"]), answer: "yes" }],
      [{ question: fill(["very bad book"]), answer: "no" }],
    ];
    const texts = ["a", "a fine film", "very poor book", "a good film"];
    const rows = texts.map((text, i) => ({ shots: i === 3 ? other : one, values: [text], fill }));
    const labels = ["no", "yes"];
    const base = await prompted("llama", false);
    const together = await base.read(rows, { likelihood: labels }, { batchSize: 2 });
    const all = await together.likelihoods(Uint32Array.from(rows.keys()), labels);
    assert.ok(together.shared > 15);
    for (const [i, row] of rows.entries()) {
      const alone = await (
        await base.read([row], { likelihood: labels }, { batchSize: 2 })
      ).likelihoods(Uint32Array.of(0), labels);
      alone.outputs[0]!.forEach((said, l) => assert.ok(Math.abs(said - all.outputs[i]![l]!) < 1e-4, `row ${i}`));
    }
  });
});
