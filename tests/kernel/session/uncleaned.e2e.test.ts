/** A model trained on cleaned texts: every use with uncleaned texts warns first. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelServiceEvent } from "#kernel/features/serve/models/contract.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { ServedModels } from "#kernel/features/serve/models/served-models.js";
import { DEFAULT_LIMITS } from "#kernel/features/serve/contract.js";
import { registry } from "#stdlib/registry.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { writeSmallTraining } from "./small-training.js";

const data = (name: string, clean: string): string =>
  `data ${name} { source: csv("rows.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%), clean: [${clean}] }`;

describe("model trained on cleaned texts", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const folderOf = (name: string): string => (book.values.get(name) as ModelHandle).folder!;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${data("d", "drop_empty, lowercase, strip_html")}
${data("plain", "drop_empty")}
model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
train m on d { epochs: 1 }
train m on plain as bare { epochs: 1 }`);
  });
  after(() => book.close());

  /** Returns the texts that a cell displayed before it failed or ended. */
  async function shown(text: string): Promise<readonly string[]> {
    const before = book.shown.length;
    await book.run(text).catch(() => undefined);
    return book.shown.slice(before).map(({ bundle }) => String(bundle["text/plain"]));
  }
  const warns = (texts: readonly string[]): number => texts.findIndex((text) => text.includes("texts-not-cleaned"));

  const ENDINGS: Readonly<Record<string, string>> = { page: ".html", coreml: ".mlpackage", tflite: ".tflite" };
  // gguf cannot contain such a model; the same statement deploys it.
  const targets = registry.ofKind("target").filter(({ planned, name, capabilities }) => {
    return !planned && name !== "gguf" && capabilities?.writes !== undefined;
  });
  for (const { name } of targets)
    it(`warns before \`${name}\` writes anything`, async () => {
      const texts = await shown(`deploy m to ${name}("build/${name}${ENDINGS[name] ?? ""}")`);
      assert.equal(warns(texts), 0, texts.join("\n"));
      assert.match(texts[0]!, /m .*`lowercase`, `strip_html`, but `/);
    });
  it("does not warn about cleaners that only drop rows", async () => {
    assert.equal(warns(await shown('deploy bare to onnx("build/bare")')), -1);
    assert.equal(warns(await shown('predict bare on "A GOOD film"')), -1);
  });
  it("warns before a notebook server starts", async () => {
    const texts = await shown("deploy m to http(port: 0) as desk");
    await (book.values.get("desk") as { stop(): Promise<unknown> }).stop();
    assert.equal(warns(texts), 0);
  });
  it("warns before a server opens its run or deployment", async () => {
    await book.run('deploy m to huggingface("build/served")');
    for (const [folder, count] of [
      [folderOf("m"), 1],
      [join(book.folder, "build/served"), 1],
      [folderOf("bare"), 0],
    ] as const) {
      const told: ModelServiceEvent[] = [];
      const models = await ServedModels.open([{ name: "one", folder }], {
        limits: DEFAULT_LIMITS,
        tell: (one) => told.push(one),
      });
      await models.close();
      assert.equal(told.filter(({ is }) => is === "uncleaned").length, count);
      if (count > 0) assert.equal(told[0]?.is, "uncleaned");
    }
  });
  it("mentions the cleaners in its saved or deployed model card", () => {
    for (const [name, said] of [
      ["m", true],
      ["bare", false],
    ] as const)
      assert.equal(
        readFileSync(join(folderOf(name), "README.md"), "utf8").includes("It was trained on texts after"),
        said,
      );
    assert.match(readFileSync(join(book.folder, "build/served/README.md"), "utf8"), /cleaning of texts \\\(lowercase/);
  });
  it("warns about texts that the cleaners would change, not about data rows", async () => {
    const [changed, ...rest] = await shown('predict m on "a GOOD film"');
    assert.match(changed ?? "", /texts-not-cleaned[^]*would change this text/);
    assert.equal(rest.length, 1);
    assert.equal(warns(await shown('predict m on "a good film"')), -1);
    assert.equal(warns(await shown("predict m on d.validation")), -1);
  });
});
