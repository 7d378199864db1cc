/**
 * Writing Tune in a real JupyterLab: a wrong key gets a squiggle, a message and a button that fixes it; columns, keys
 * and their documentation complete; hovering over a value shows what it resolves to; a key formats the cell.
 * TUNEBOOK_KEEP=1 keeps the folder and its screenshots.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { JupyterLab, root, type Book } from "./jupyterlab.js";

const data = `data reviews {
  source: csv("data/sentiment.csv")
  columns: { text: text, label: label }
  split: by_column(part)
}`;
const cell = (source: string) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
const notebook = {
  cells: [cell(data), cell("// a second cell")],
  metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 4,
};

describe("Tune editing in JupyterLab", function () {
  this.timeout(180_000);
  let lab: JupyterLab;
  let book: Book;
  const complaints: string[] = [];
  before(async () => {
    lab = await JupyterLab.start({ "write.ipynb": { notebook }, data: join(root, "notebooks/data") });
    book = await lab.open("write.ipynb");
    book.page.on("pageerror", (error) => complaints.push(String(error)));
    await book.kernelReady();
  });
  after(() => lab?.stop());
  afterEach(async function () {
    if (this.currentTest?.state === "failed")
      console.error(`${await book.picture("failed")}\n${lab.log.split("\n").slice(-12).join("\n")}`);
  });
  const textOf = async (n: number): Promise<string> =>
    (await book.cell(n).locator(".cm-line").allInnerTexts()).join("\n");
  /** Returns the element of a word in a cell, to hover over it. */
  const wordIn = (n: number, word: string) =>
    book
      .cell(n)
      .locator(".cm-line span", { hasText: new RegExp(`^${word}$`) })
      .first();

  it("fixes a wrong key by the button in its message", async () => {
    await book.write(0, data.replace("columns:", "colums:"));
    const mark = book.cell(0).locator(".cm-lintRange-error").first();
    await mark.waitFor({ timeout: 20_000 });
    await mark.hover();
    const tip = book.page.locator(".cm-tooltip-lint");
    await tip.waitFor({ timeout: 5000 });
    assert.match(await tip.innerText(), /has no key colums/);
    await book.picture("fix");
    await tip.locator(".cm-diagnosticAction").first().click();
    await mark.waitFor({ state: "detached", timeout: 15_000 });
    assert.equal(await textOf(0), data);
  });

  it("shows only the error, in a narrow box, for a word that has a page", async () => {
    await book.write(1, "recipe quick { schedule: adamw, epochs: 3 }");
    const mark = book.cell(1).locator(".cm-lintRange-error").first();
    await mark.waitFor({ timeout: 20_000 });
    await mark.hover();
    const tip = book.page.locator(".cm-tooltip-hover");
    await tip.locator(".cm-diagnostic").waitFor({ timeout: 5000 });
    await book.page.waitForTimeout(1500); // a page would appear within this time
    assert.equal(await book.page.locator(".tunebook-hover").count(), 0);
    assert.ok(((await tip.boundingBox())?.width ?? 1000) <= 360);
    await book.picture("mistake");
    await book.mouseAside();
  });

  it("completes a column name, and keys with their types", async () => {
    await book.write(0, data.replace("label: label", "label: "));
    await book.page.keyboard.press("Control+Home");
    for (let i = 0; i < 2; i++) await book.page.keyboard.press("ArrowDown");
    await book.page.keyboard.press("End");
    for (let i = 0; i < 2; i++) await book.page.keyboard.press("ArrowLeft");
    await book.page.keyboard.insertText("lab");
    await book.page.keyboard.press("Tab");
    const list = book.page.locator(".jp-Completer");
    // A single match is inserted at once.
    await Promise.race([
      list.waitFor({ timeout: 10_000 }),
      book.cell(0).getByText("label: label").first().waitFor({ timeout: 10_000 }),
    ]);
    if (await list.isVisible()) {
      await book.picture("columns");
      await book.page.keyboard.press("Enter");
    }
    assert.match(await textOf(0), /label: label \}/);
    await book.write(1, "recipe quick { ");
    await book.page.keyboard.press("Tab");
    await list.waitFor({ timeout: 10_000 });
    const items = await list.locator(".jp-Completer-item").allInnerTexts();
    assert.ok(
      items.some((item) => /batch_size[^]*Rows in one batch · an integer, else 32/.test(item)),
      items.slice(0, 5).join(" | "),
    );
    await book.picture("keys");
    await book.page.keyboard.press("Escape");
  });

  it("completes unset keys by Tab on an empty line of a block, and indents elsewhere", async () => {
    const list = book.page.locator(".jp-Completer");
    const keys = async (...all: readonly string[]): Promise<void> => {
      for (const key of all) await book.page.keyboard.press(key);
    };
    await book.write(1, "recipe quick {\n  epochs: 3\n\n}");
    await keys("ArrowUp", "Tab");
    await list.waitFor({ timeout: 10_000 });
    const items = (await list.locator(".jp-Completer-item .jp-Completer-match").allInnerTexts()).map((t) => t.trim());
    assert.ok(items.includes("batch_size") && !items.includes("epochs"), items.join());
    await book.picture("empty-line");
    await book.page.keyboard.type("batch");
    await keys("Enter");
    await list.waitFor({ state: "hidden" });
    assert.equal(await textOf(1), "recipe quick {\n  epochs: 3\n  batch_size: \n}");

    await book.write(1, "recipe quick {\n  optimizer: adamw(\n\n  )\n}");
    await keys("ArrowUp", "ArrowUp", "Tab");
    await list.getByText("beta1").first().waitFor({ timeout: 10_000 });
    await keys("Escape");

    const quiet = async (text: string, up: number, indented: RegExp): Promise<void> => {
      await book.write(1, text);
      for (let i = 0; i < up; i++) await keys("ArrowUp");
      await keys("Tab");
      await book.page.waitForTimeout(500);
      assert.equal(await list.isVisible(), false, text);
      assert.match(await textOf(1), indented);
    };
    await quiet('model m {\n  template: """\n\n"""\n}', 2, /"""\n {2,}\n"""/);
    await quiet("recipe a { epochs: 1 }\n\nrecipe b { epochs: 1 }", 1, /\}\n {2,}\nrecipe/);
    await quiet("function f() {\n\n}", 1, /\{\n {2,}\n\}/);
  });

  it("explains a key and a split under the mouse", async () => {
    await book.write(0, data);
    await book.run(0);
    await book.ran(0);
    await book.write(1, "train mood on reviews { epochs: 3 }\nevaluate mood on reviews.test");
    await wordIn(1, "epochs").hover();
    const page = book.page.locator(".tunebook-hover");
    await page.waitFor({ timeout: 10_000 });
    await page.getByText("Number of passes over the training rows").waitFor({ timeout: 5000 });
    assert.ok(((await book.page.locator(".cm-tooltip-hover").boundingBox())?.width ?? 1000) <= 360);
    await book.picture("hover");
    await book.page.mouse.move(5, 5);
    await page.waitFor({ state: "detached", timeout: 5000 });
    await book.cell(1).getByText("reviews.test").first().waitFor();
    const line = book.cell(1).locator(".cm-line").nth(1);
    const at = await line.evaluate((node) => {
      interface Box {
        readonly left: number;
        readonly width: number;
        readonly top: number;
        readonly height: number;
      }
      const { document } = globalThis as unknown as {
        document: {
          createRange(): {
            setStart(n: unknown, o: number): void;
            setEnd(n: unknown, o: number): void;
            getBoundingClientRect(): Box;
          };
          createTreeWalker(n: unknown, what: number): { nextNode(): { textContent: string } | null };
        };
      };
      const walk = document.createTreeWalker(node, 4);
      for (let text = walk.nextNode(); text; text = walk.nextNode()) {
        const place = text.textContent.indexOf("test");
        if (place < 0) continue;
        const range = document.createRange();
        range.setStart(text, place);
        range.setEnd(text, place + 4);
        const box = range.getBoundingClientRect();
        return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      }
      return { x: 0, y: 0 };
    });
    await book.page.mouse.move(at.x, at.y);
    await page.getByText(/200 rows/).waitFor({ timeout: 10_000 });
    await book.picture("hover-split");
    await book.page.mouse.move(5, 5);
  });

  it("formats a cell by its shortcut, and says why a cell with errors is unchanged", async () => {
    await book.write(1, "recipe   quick {epochs:3,batch_size :16}");
    await book.page.keyboard.press("Alt+Shift+F");
    await book.cell(1).getByText("recipe quick { epochs: 3, batch_size: 16 }").waitFor({ timeout: 10_000 });
    await book.page.keyboard.press("Control+z");
    assert.equal(await textOf(1), "recipe   quick {epochs:3,batch_size :16}");
    await book.write(1, "recipe quick { epochs: ");
    await book.page.keyboard.press("Alt+Shift+F");
    await book.page.getByText("A cell with syntax errors was left as it is.").first().waitFor({ timeout: 10_000 });
    assert.equal(await textOf(1), "recipe quick { epochs: ");
    await book.picture("not-formatted");
  });

  it("causes no error in the page", () => {
    assert.deepEqual(complaints, []);
  });
});
