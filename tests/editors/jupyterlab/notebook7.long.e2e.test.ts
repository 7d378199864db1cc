/**
 * The same extension in a real Notebook 7: colours, squiggles with their buttons, completion, pages on hover,
 * formatting, live figures, and the panel with plan and runs. TUNEBOOK_KEEP=1 keeps the folder and its screenshots.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { JupyterLab, root, type Book } from "./jupyterlab.js";

const data = `data reviews {
  source: csv("data/sentiment.csv")
  columns: { text: text, label: label }
  split: by_column(part)
}`;
const model = 'model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }';
const train = "train mood on reviews { steps: 6, batch_size: 8 }";
const cell = (source: string) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
const notebook = {
  cells: [data.replace("columns:", "colums:"), model, train, "// notes"].map(cell),
  metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 4,
};

describe("Tunebook in Notebook 7", function () {
  this.timeout(240_000);
  let server: JupyterLab;
  let book: Book;
  const complaints: string[] = [];
  before(async () => {
    const files = { "seven.ipynb": { notebook }, data: join(root, "notebooks/data") };
    server = await JupyterLab.start(files, "notebook");
    book = await server.open("seven.ipynb");
    // Notebook 7.6 reports this error even without extensions.
    book.page.on("pageerror", (error) => /reading 'schema'/.test(String(error)) || complaints.push(String(error)));
    await book.kernelReady();
  });
  after(() => server?.stop());
  afterEach(async function () {
    if (this.currentTest?.state === "failed")
      console.error(`${await book.picture("failed")}\n${server.log.split("\n").slice(-12).join("\n")}`);
  });
  const textOf = async (n: number): Promise<string> =>
    (await book.cell(n).locator(".cm-line").allInnerTexts()).join("\n");
  const panel = (): Locator => book.page.locator("#tunebook-panel");
  const wordIn = (n: number, word: string): Locator =>
    book
      .cell(n)
      .locator(".cm-line span", { hasText: new RegExp(`^${word}$`) })
      .first();
  const colorOf = (n: number, word: string): Promise<string> =>
    wordIn(n, word).evaluate(
      (span) =>
        (globalThis as unknown as { getComputedStyle(e: unknown): { color: string } }).getComputedStyle(span).color,
    );

  it("highlights Tune", async () => {
    const keyword = await colorOf(2, "train");
    assert.equal(await colorOf(1, "model"), keyword);
    assert.equal(await colorOf(2, "on"), keyword);
    assert.notEqual(await colorOf(2, "steps"), keyword);
  });
  it("marks an error in a notebook just opened, and fixes it by the button", async () => {
    const mark = book.cell(0).locator(".cm-lintRange-error").first();
    await mark.waitFor({ timeout: 60_000 });
    await mark.hover();
    const tip = book.page.locator(".cm-tooltip-lint");
    await tip.waitFor({ timeout: 5000 });
    await book.picture("squiggle");
    await tip.locator(".cm-diagnosticAction").first().click();
    await mark.waitFor({ state: "detached", timeout: 20_000 });
    assert.equal(await textOf(0), data);
  });
  it("completes keys with their types", async () => {
    await book.write(3, "recipe quick { ");
    await book.page.keyboard.press("Tab");
    const list = book.page.locator(".jp-Completer");
    await list.waitFor({ timeout: 20_000 });
    const items = await list.locator(".jp-Completer-item").allInnerTexts();
    assert.ok(
      items.some((item) => /batch_size[^]*an integer, else 32/.test(item)),
      items.slice(0, 5).join(" | "),
    );
    await book.picture("completion");
    await book.page.keyboard.press("Escape");
  });
  it("explains the word under the mouse", async () => {
    await book.mouseAside();
    await wordIn(2, "batch_size").hover();
    await book.page.locator(".tunebook-hover").getByText("Rows in one batch").first().waitFor({ timeout: 20_000 });
    await book.mouseAside();
  });
  it("formats a cell by its shortcut", async () => {
    await book.write(3, "recipe   quick {epochs:3,batch_size :16}");
    await book.page.keyboard.press("Alt+Shift+F");
    await book.cell(3).getByText("recipe quick { epochs: 3, batch_size: 16 }").waitFor({ timeout: 20_000 });
    await book.write(3, "// notes");
  });
  it("shows the plan in the panel, jumps to settings and writes defaults out", async () => {
    await book.command("Tunebook: Show Panel");
    await panel().getByText("train mood on reviews").first().waitFor({ timeout: 40_000 });
    await book.picture("plan");
    await panel()
      .getByRole("button", { name: /^steps: 6,/ })
      .click();
    assert.equal(
      await book.page.evaluate(() => String((globalThis as never as { getSelection(): object }).getSelection())),
      "6",
    );
    await panel().getByRole("checkbox").check();
    await panel()
      .getByRole("button", { name: /^seed: 0,/ })
      .click();
    await book.cell(2).getByText("seed").first().waitFor({ timeout: 10_000 });
    assert.equal(await textOf(2), train.replace(" }", ", seed: 0 }"));
  });
  it("shows a training in its cell and in the list of runs", async () => {
    await panel().getByRole("tab", { name: "Runs" }).click();
    await panel().getByText("No runs yet").waitFor({ timeout: 20_000 });
    for (const n of [0, 1]) {
      await book.run(n);
      await book.ran(n);
    }
    await book.run(2);
    const row = panel().getByRole("list", { name: "Runs" }).getByRole("listitem").first();
    await row.getByText("done").waitFor({ timeout: 120_000 });
    await row.getByText("step 6 of 6").waitFor();
    await book.cell(2).locator(".js-plotly-plot .trace").first().waitFor({ timeout: 20_000 });
    await row.getByRole("button").click();
    await panel().locator(".tunebook-curves .js-plotly-plot .trace").first().waitFor({ timeout: 20_000 });
    await book.picture("run");
  });
  it("opens the comparison below with enough height for its curves", async () => {
    await panel().getByRole("button", { name: "← All runs" }).click();
    await panel().getByRole("checkbox", { name: "Compare mood" }).check();
    await panel().getByRole("button", { name: "Compare curves (1)" }).click();
    const tab = book.page.locator("#tunebook-compare");
    await tab.locator(".js-plotly-plot .trace").first().waitFor({ timeout: 20_000 });
    await book.picture("compared");
    const [own, all] = [await tab.boundingBox(), book.page.viewportSize()];
    assert.ok(own!.height > all!.height / 3, `${own!.height} of ${all!.height}`);
  });
  it("causes no error in the page", () => {
    assert.deepEqual(complaints, []);
  });
});
