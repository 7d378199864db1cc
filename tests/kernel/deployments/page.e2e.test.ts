/** The target `page`: one file that gives the notebook's answers in a browser, without network requests. */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readDeployment } from "#kernel/deployments/deployment.js";
import { openPage, renderPage, unpackPagePart } from "#kernel/deployments/page-file.js";
import type { DeploymentProof } from "#kernel/deployments/proof.js";
import { openDeployment, type ReopenDeployment } from "#kernel/deployments/prove.js";
import type { PageDemoData } from "#stdlib/targets/shared/page/demo.js";
import { verifyDeployment } from "#kernel/features/deploy/verify.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { DemoPages } from "./demo-pages.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

const taskOf = (name: string) => TASKS.find((task) => task.name === name)!;

describe("page with an embedded model", function () {
  this.timeout(600_000);
  let book: NotebookOfOne;
  let pages: DemoPages;
  /** Percentages of `labels.html` for the test's text, in one thread. */
  let shares: Readonly<Record<string, number>>;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    pages = await DemoPages.start();
  });
  after(async () => {
    await pages.close();
    await book.close();
  });
  afterEach(() => assert.deepEqual(pages.complaints.splice(0), []));

  const at = (file: string): string => join(book.folder, file);
  const proofIn = (file: string): DeploymentProof =>
    JSON.parse(readFileSync(at(`${file}.files/proof.json`), "utf8")) as DeploymentProof;
  const demoIn = async (file: string): Promise<PageDemoData> =>
    JSON.parse((await openPage(readFileSync(at(file), "utf8"))).contents.demo) as PageDemoData;
  const examplesIn = async (file: string): Promise<readonly unknown[]> => (await demoIn(file)).examples;
  const model = (name: string): ModelHandle => book.session.models.get(name);

  it("answers like the notebook from a file, with examples from the test split", async () => {
    await book.run(`${programOf(taskOf("labels"), "lora(rank: 2)")}\ndeploy labels to page("labels.html")`);
    const { verdict, runtime, scores } = proofIn("labels.html");
    assert.equal(verdict, "agrees");
    assert.match(`${runtime!.title} ${runtime!.version}`, /^ONNX Runtime Web \d+\.\d+/);
    assert.equal(scores!.rows, 6);
    const page = await pages.open(at("labels.html"));
    await page.ready();
    const [predicted] = await model("labels").predict<{
      readonly text: string;
      readonly label: string;
      readonly probabilities: Record<string, number>;
    }>(["kind mean a"]);
    assert.match(await page.ask("kind mean a"), /tokens read · \d+ ms on one thread/);
    assert.equal((await page.said()).trim(), predicted!.label);
    shares = await page.shares();
    assert.deepEqual(Object.keys(shares).sort(), ["no", "yes"]);
    for (const [label, share] of Object.entries(predicted!.probabilities))
      assert.ok(
        Math.abs(shares[label]! / 100 - share) < 0.01,
        `${label}: ${String(shares[label])} %, here ${String(share)}`,
      );
    const rows = readFileSync(at("labels.jsonl"), "utf8")
      .split("\n")
      .map((line) => JSON.parse(line) as { text: string; part: string });
    const examples = await page.examples();
    assert.equal(examples.length, 3);
    assert.deepEqual(await examplesIn("labels.html"), examples);
    for (const text of examples)
      assert.ok(
        rows.some((row) => row.part === "test" && row.text === text),
        text,
      );
    await page.page.locator("#list button").first().click();
    await page.answer();
  });

  for (const [name, first, second, says] of [
    ["pairs", "good bad a", "fine b", /same|other|none/],
    ["sets", "good bad a", undefined, /[ab]\s+[\d.]+ %|none of the labels/],
    ["scores", "good bad a", undefined, /^-?\d+(\.\d+)?$/m],
    ["vectors", "good bad a", "fine b", /Similarity -?\d\.\d{3}/],
  ] as const)
    it(`answers for the task of ${name}`, async () => {
      await book.run(
        `${programOf(taskOf(name), "lora(rank: 2)")}\ndeploy ${name} to page("${name}.html", quantize: int4) { rows: 0 }`,
      );
      assert.equal(proofIn(`${name}.html`).verdict, "agrees");
      const page = await pages.open(at(`${name}.html`));
      await page.ready();
      assert.match(await page.ask(first, second), says);
      const asked = second === undefined ? [first] : ([[first, second]] as const);
      const [predicted] = await model(name).predict<{
        readonly text: string;
        readonly similarity?: number;
        readonly score?: number;
      }>(asked as never);
      const number = predicted!.similarity ?? predicted!.score;
      if (number !== undefined)
        assert.ok(
          Math.abs(Number(/-?\d+\.?\d*/.exec(await page.said())![0]) - number) < 0.02 * Math.max(1, Math.abs(number)),
        );
    });

  it("fills hidden words in every gap notation, and explains the notation", async () => {
    await book.run(`${programOf(taskOf("fills"), "lora(rank: 2)")}\ndeploy fills to page("fills.html") { rows: 0 }`);
    const page = await pages.open(at("fills.html"));
    await page.ready();
    const examples = await page.examples();
    assert.equal(examples.length, 3);
    for (const example of examples) assert.match(example, /___/);
    assert.match(await page.ask("good bad a"), /^No word is missing in this text: write ___/);
    await page.page.getByText("Write ___ (or [MASK]) where a word is missing").waitFor();
    await page.page.getByRole("button", { name: "Insert a gap" }).click();
    assert.equal(await page.page.getByLabel("Text", { exact: true }).inputValue(), "good bad a___");
    const masked = await page.ask("good [MASK] a");
    const [predicted] = await model("fills").predict<{ readonly text: string; readonly filled: string }>([
      "good [MASK] a",
    ]);
    assert.equal((await page.said()).trim(), predicted!.filled);
    const first = await page.shares();
    assert.match(masked, /tokens read/);
    await page.ask("good ___ a");
    assert.deepEqual(await page.shares(), first);
  });

  it("finds answers in contexts, with their position, in every part of a long one", async () => {
    await book.run(`${programOf(taskOf("answers"), "full")}\ndeploy answers to page("answers.html") { rows: 0 }`);
    const page = await pages.open(at("answers.html"));
    await page.ready();
    // Unknown words, a character of two UTF-16 units, and more than one window. No two windows are alike, as rounding
    // would then decide which one contains the answer.
    const words = Array.from(
      { length: 72 },
      (_, i) => ["fine", "poor", "kind", "mean", "a", "b"][(i * i + (i >> 2)) % 6]!,
    );
    const context = `🙂 Straße, good (bad) ${words.join(" ")}`;
    for (const asked of [context, "good bad a"]) {
      const [predicted] = await model("answers").predict<{
        readonly text: string;
        readonly answer: string;
        readonly start: number;
        readonly end: number;
      }>([["who", asked]] as never);
      assert.match(await page.ask("who", asked, ["Question", "Context"]), /tokens read/);
      assert.equal(await page.page.locator("#answer mark").innerText(), predicted!.answer);
      const before = await page.page.evaluate("document.querySelector('#answer .context').firstChild.data");
      assert.ok(asked.slice(0, predicted!.start).endsWith((before as string).replace(/^…/, "")));
    }
    assert.equal(proofIn("answers.html").verdict, "agrees");
  });

  it("marks words by their tag", async () => {
    // Trained until predictions are more certain than rounding errors, including words unknown to every tokenizer.
    const tagged = (word: string): string => (word === "kind" ? "B-X" : "O");
    const rows = Array.from({ length: 48 }, (_, i) => {
      const tokens = [0, 1, 2].map((at) => ["good", "zq", "bad", "kind", "a", "%"][(i * (at + 1) + at) % 6]!);
      return JSON.stringify({ tokens, tags: tokens.map(tagged), part: i % 6 ? "train" : "test" });
    });
    writeFileSync(at("marks.jsonl"), rows.join("\n"));
    await book.run(`data marks_rows { source: jsonl("marks.jsonl"), columns: { tokens: tokens, tags: tags }, split: by_column(part), allow: { unknown-tokens: "on purpose" } }
model marks { base: "bert", task: token_classification, technique: full, max_length: 24 }
train marks on marks_rows { steps: 200, batch_size: 16, optimizer: adamw(learning_rate: 1e-3), schedule: constant, seed: 1 }
deploy marks to page("marks.html") { rows: 0 }`);
    const page = await pages.open(at("marks.html"));
    await page.ready();
    // Adjacent punctuation is not part of the marked word, and a screen reader reads word and tag separately.
    assert.match(await page.ask("bad kind, a"), /^bad kind X [\d.]+ %, a\n/);
    assert.match(await page.ask("bad a"), /^nothing was found\s+bad a\n/);
    await page.ask("kind a kind");
    for (const mark of await page.page.locator("#answer mark").allInnerTexts()) assert.match(mark, /^kind X [\d.]+ %$/);
    assert.equal(await page.page.locator("#answer mark").count(), 2);
  });

  it("accepts only the model file that it was deployed with", async () => {
    await book.run('deploy labels to page("linked.html", model: linked, examples: 0) { rows: 0 }');
    assert.ok(statSync(at("linked.onnx")).size > 1000);
    const page = await pages.open(at("linked.html"));
    await page.page.getByText("Drop linked.onnx").waitFor();
    assert.ok(await page.page.getByRole("button", { name: "Ask" }).isDisabled());
    writeFileSync(at("other.onnx"), Buffer.alloc(statSync(at("linked.onnx")).size));
    await page.page.locator("#pick").setInputFiles(at("other.onnx"));
    await page.page.getByText("other.onnx is as large as linked.onnx, but it holds another model").waitFor();
    writeFileSync(at("short.onnx"), "none");
    await page.drop(at("short.onnx"));
    await page.page
      .getByText(/short\.onnx is another file: it has 4 bytes, and linked\.onnx has [\d.]+ (MB|bytes)/)
      .waitFor();
    await page.drop(null);
    await page.page.getByText("That was no file: drop linked.onnx itself").waitFor();
    await page.drop(at("linked.onnx"));
    await page.ready();
    assert.ok(await page.page.locator("#give").isHidden());
    assert.match(await page.ask("kind mean a"), /yes|no/);
    assert.deepEqual(await page.examples(), []);
    assert.deepEqual((await verifyDeployment(at("linked.html"))).found, []);
  });

  it("uses several threads if it is served with shared memory", async () => {
    const page = await pages.open(at("labels.html"), { served: true });
    await page.ready();
    assert.match(await page.ask("kind mean a"), /ms on [2-4] threads/);
    assert.deepEqual(await page.shares(), shares);
  });

  it("escapes labels, texts and names, and shows no row with personal data", async () => {
    const evil = '</script><img src=x onerror="alert(1)">';
    const rows = Array.from({ length: 24 }, (_, i) =>
      JSON.stringify({
        text: `good ${i % 2 ? evil : "bad"} ${i % 8 ? String(i) : `mail ann${String(i)}@example.org`}`,
        label: i % 2 ? evil : "%APP% $& ok",
        part: i % 4 ? "train" : "test",
      }),
    );
    writeFileSync(at("evil.jsonl"), rows.join("\n"));
    await book.run(`data evil_rows { source: jsonl("evil.jsonl"), columns: { text: text, label: label }, split: by_column(part), allow: { personal-data: "made up" } }
model evil { base: "bert", task: text_classification, technique: lora(rank: 2), max_length: 24 }
train evil on evil_rows { steps: 2, batch_size: 4 }
deploy evil to page("evil.html", examples: 6) { rows: 0 }`);
    const page = await pages.open(at("evil.html"));
    await page.ready();
    const told = await page.ask(evil);
    assert.ok(told.includes(evil) && told.includes("%APP% $& ok"), told);
    assert.equal(await page.page.locator("img").count(), 0);
    // Three of the six candidate rows contain a person's name.
    assert.deepEqual([...(await page.examples())].sort(), ["good bad 12", "good bad 20", "good bad 4"]);
    assert.deepEqual([...(await examplesIn("evil.html"))].sort(), ["good bad 12", "good bad 20", "good bad 4"]);
  });

  it("is named after its training", async () => {
    await book.run(`model plain { base: "bert", task: text_classification, technique: bitfit, max_length: 24 }
train plain on labels_rows as named { steps: 2, batch_size: 4 }
deploy named to page("named.html") { rows: 0 }`);
    assert.equal((await demoIn("named.html")).name, "named");
  });
  it("contains no row of a private training", async () => {
    await book.run(`model secret { base: "bert", task: text_classification, technique: lora(rank: 2), max_length: 24 }
train secret on labels_rows { steps: 2, batch_size: 4, privacy: differential(8) }
deploy secret to page("secret.html") { rows: 0 }`);
    assert.deepEqual(await examplesIn("secret.html"), []);
  });

  it("is refused for tasks that it cannot show", async () => {
    for (const [name, code] of [
      ["chats", "cannot-deploy"],
      ["tales", "cannot-deploy"],
    ] as const) {
      const error = await book
        .run(`${programOf(taskOf(name), "lora(rank: 2)")}\ndeploy ${name} to page("${name}.html")`)
        .catch((e: unknown) => e);
      assert.ok(error instanceof RefusedError, String(error));
      assert.ok(error.diagnostics.some((one) => one.code === code));
    }
  });

  it("is verified again, but never with changed scripts", async () => {
    assert.deepEqual((await verifyDeployment(at("labels.html"))).found, []);
    const text = readFileSync(at("labels.html"), "utf8");
    assert.equal((await openPage(text)).contents.model.length > 1000, true);
    for (const changed of [
      text.replace("connect-src 'none'", "connect-src *"),
      text.replace("</body>", "<script>x</script></body>"),
    ])
      await assert.rejects(openPage(changed), /its scripts are not those of this Tunebook/);
    writeFileSync(at("labels.html"), `${text} `);
    const { found } = await verifyDeployment(at("labels.html"));
    assert.match(found.join(), /labels\.html is not the file that was proved/);
    writeFileSync(at("labels.html"), text);
    await assert.rejects(openPage("<html></html>"), (error: CodedError) =>
      /not a page with a model/.test(String(error)),
    );
    for (const demo of ["null", "[]", "{", '{"name":1,"model":{"file":null}}', '{"name":"a","model":null}']) {
      const changed = text.replace(/(id="demo">)[^<]*/, (_, head: string) => head + demo);
      await assert.rejects(openPage(changed), /not a page with a model/, demo);
    }
  });

  it("fails verification if its script tokenizes unlike the notebook", async () => {
    const { contents: own } = await openPage(readFileSync(at("labels.html"), "utf8"));
    const files = JSON.parse(unpackPagePart(own.tokenizer).toString("utf8")) as {
      readonly tokenizer: { readonly model: { readonly vocab: Record<string, number> } };
    };
    const { vocab } = files.tokenizer.model;
    [vocab["a"], vocab["b"]] = [vocab["b"]!, vocab["a"]!];
    const demo = JSON.parse(own.demo) as PageDemoData;
    writeFileSync(
      at("other.html"),
      await renderPage({ demo, tokenizer: JSON.stringify(files), model: unpackPagePart(own.model) }),
    );
    const home = at("labels.html.files");
    const nothing = Object.assign(() => assert.fail(), { base: () => assert.fail() }) as unknown as ReopenDeployment;
    await assert.rejects(
      openDeployment(
        { runtime: "onnxruntime-web", place: at("other.html"), home, deployment: readDeployment(home) },
        nothing,
      ),
      (error: CodedError) => {
        assert.equal(error.code, "runtime-failed");
        assert.match(error.message, /ONNX Runtime Web .* the page reads "a" otherwise than the notebook/);
        return true;
      },
    );
  });
});
