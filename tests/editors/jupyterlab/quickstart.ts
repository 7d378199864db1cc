/**
 * The quickstart in a real JupyterLab, as a user sees it: coloured cells, a chart that changes while the model trains,
 * tables at the end, a squiggle under a mistake, and a saved notebook that is readable without scripts.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { until } from "#tests/until.js";
import { root, tools, type Book, type JupyterLab } from "./jupyterlab.js";
import { definitions } from "./small-reviews.js";

interface Output {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
}
interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: string | readonly string[];
    readonly outputs?: readonly Output[];
  }[];
}
const notebooks = join(root, "notebooks");
const plotly = "application/vnd.plotly.v1+json";
const figuresOf = ({ outputs = [] }: Notebook["cells"][number]) =>
  outputs.filter(({ data }) => data?.[plotly] !== undefined);
/** Runs `jupyter nbconvert --to html` for each theme, in one process. */
const convert = `import sys
from nbconvert.nbconvertapp import NbConvertApp
for theme in sys.argv[1:]:
    app = NbConvertApp()
    app.initialize(["--to", "html", "--theme", theme, "--output", theme + ".html", "quickstart.ipynb"])
    app.start()`;
const source = JSON.parse(readFileSync(join(notebooks, "quickstart.ipynb"), "utf8")) as Notebook;
/** One epoch less to save time: two are enough for these checks. */
const shorter = JSON.parse(JSON.stringify(source).replace("epochs: 3", "epochs: 2")) as Notebook;
const codes = source.cells.filter((cell) => cell.cell_type === "code").map((cell) => [cell.source].flat().join(""));
const place = (start: string): number => codes.findIndex((text) => text.startsWith(start));

/** Makes the page record in `seen` each curve that a cell draws and each progress step that it reports. */
const watch = (book: Book, n: number): Promise<unknown> =>
  book.page.evaluate(`{
    const cell = document.querySelectorAll(".jp-Notebook .jp-CodeCell")[${String(n)}];
    const seen = (globalThis.seen = { drawn: new Set(), progress: new Set() });
    new MutationObserver(() => {
      const line = [...cell.querySelectorAll(".js-plotly-plot .scatterlayer .trace path.js-line")].at(-1);
      if (line) seen.drawn.add(line.getAttribute("d"));
      for (const output of cell.querySelectorAll(".jp-OutputArea-output")) {
        const step = /step \\d+ of/.exec(output.textContent);
        if (step) seen.progress.add(step[0]);
      }
    }).observe(cell, { subtree: true, childList: true, attributes: true, characterData: true });
  }`);

/** In a separate folder, as its runs are. */
export const quickstartNotebook = {
  "quick/quickstart.ipynb": { notebook: shorter },
  "quick/data": join(notebooks, "data"),
};

export const quickstartIn = (started: () => JupyterLab) =>
  describe("quickstart notebook", () => {
    let lab: JupyterLab;
    let book: Book;
    const complaints: string[] = [];

    before(async () => {
      lab = started();
      book = await lab.open("quick/quickstart.ipynb");
      book.page.on("pageerror", (error) => complaints.push(String(error)));
    });
    after(() => book?.page.close());
    afterEach(async function () {
      if (this.currentTest?.state === "failed")
        console.error(`${await book.picture("failed")}\n${lab.log.split("\n").slice(-12).join("\n")}`);
    });

    it("highlights Tune cells, and TypeScript cells as TypeScript", async () => {
      const colorOf = async (n: number, word: string): Promise<string> =>
        book
          .cell(n)
          .locator(".cm-line span", { hasText: new RegExp(`^${word}$`) })
          .first()
          .evaluate(
            (span) =>
              (globalThis as unknown as { getComputedStyle(e: unknown): { color: string } }).getComputedStyle(span)
                .color,
          );
      const keyword = await colorOf(place("train"), "train");
      assert.equal(await colorOf(place("data"), "data"), keyword);
      assert.equal(await colorOf(place("train"), "with"), keyword);
      assert.notEqual(await colorOf(place("data"), "unicode"), "");
      assert.equal(await colorOf(place("const guesses"), "const"), keyword);
      await book.picture("opened");
    });

    it("updates one chart in place while the model trains", async () => {
      await book.kernelReady();
      await watch(book, place("train"));
      await book.runAll();
      const train = book.cell(place("train"));
      const line = train.locator(".js-plotly-plot .scatterlayer .trace path.js-line");
      await line.first().waitFor({ state: "attached", timeout: 120_000 });
      await train.locator(".js-plotly-plot").evaluate((plot) => ((plot as { watched?: true }).watched = true));
      await book.picture("training");
      await book.ran(place("train"));
      const [drawn = 0, progress = 0] = await book.page.evaluate(() =>
        Object.values((globalThis as unknown as { seen: Readonly<Record<string, Set<string>>> }).seen).map(
          ({ size }) => size,
        ),
      );
      assert.ok(drawn >= 3, `the curve was drawn ${drawn} times`);
      assert.ok(progress >= 3, `the progress was shown ${progress} times`);
      assert.equal(
        await train.locator(".js-plotly-plot").evaluate((plot) => (plot as { watched?: true }).watched),
        true,
      );
      assert.equal(await train.locator(".js-plotly-plot").count(), 1);
    });

    it("shows plan, history, scores, confusion matrix and worst examples", async () => {
      await book.ran(codes.length - 1);
      // The plan collapses when its training is over.
      await book.cell(place("train")).locator("summary", { hasText: "Plan of mood" }).click();
      const train = await book.cell(place("train")).innerText();
      for (const word of ["Plan of mood", "memory", "trained", "History", "training loss"])
        assert.ok(train.includes(word), `no “${word}” in: ${train}`);
      const evaluate = book.cell(place("evaluate"));
      await evaluate.scrollIntoViewIfNeeded();
      const scores = await evaluate.innerText();
      for (const word of ["accuracy", "Worst examples", "probability"])
        assert.ok(scores.includes(word), `no “${word}” in: ${scores}`);
      assert.ok(Number(/accuracy\s+(0\.\d+|1\.0+)/.exec(scores)?.[1]) > 0.8, scores);
      await evaluate.locator(".js-plotly-plot .heatmaplayer image").first().waitFor({ timeout: 20_000 });
      const guesses = book.cell(place("const guesses"));
      await guesses.scrollIntoViewIfNeeded(); // elements out of view have no text
      assert.match(await guesses.innerText(), /label: '(positive|negative)'/);
      await book.picture("scores");
    });

    it("marks an error under its word, explains it, and clears it once fixed", async () => {
      const n = place("data");
      const cell = book.cell(n);
      await book.write(n, codes[n]!.replace("columns:", "colums:"));
      const mark = cell.locator(".cm-lintRange-error").first();
      await mark.waitFor({ timeout: 15_000 });
      assert.equal(await mark.innerText(), "colums");
      await mark.hover();
      const tip = book.page.locator(".cm-tooltip-lint");
      await tip.waitFor({ timeout: 5000 });
      assert.match(await tip.innerText(), /colums/);
      await book.picture("squiggle");
      await book.page.mouse.move(5, 5);
      await book.write(n, codes[n]!);
      await mark.waitFor({ state: "detached", timeout: 15_000 });
    });

    it("is saved as a file below 2 MB whose outputs need no scripts", async () => {
      await book.page.keyboard.press("Escape");
      await book.page.keyboard.press("Control+s");
      const file = join(lab.folder, "books/quick/quickstart.ipynb");
      const saved = await until(() => {
        const text = readFileSync(file, "utf8");
        if (!text.trimEnd().endsWith("}")) return undefined; // the file is being written
        const now = JSON.parse(text) as Notebook;
        const figures = now.cells.flatMap(figuresOf); // the file in the repository has pictures instead
        return figures.length >= 2 ? { figures, outputs: now.cells.flatMap((cell) => cell.outputs ?? []) } : undefined;
      }, "a saved notebook with figures");
      const { figures, outputs } = saved;
      assert.deepEqual(
        outputs.filter((output) => output.output_type === "error"),
        [],
      );
      for (const { data } of figures) {
        const html = [data?.["text/html"]].flat().join("");
        assert.match(html, /<img src="data:image\/svg\+xml;base64,/);
        assert.ok(data?.["text/plain"] && data["image/png"] === undefined);
      }
      for (const { data } of outputs) assert.doesNotMatch([data?.["text/html"] ?? ""].flat().join(""), /<script/i);
      assert.ok(statSync(file).size < 2_000_000);
    });

    it("converts by nbconvert to a page without scripts: charts as images, at most 800 px wide", async () => {
      const { ensurePythonEnv } = await tools();
      const { python } = await ensurePythonEnv("jupyter");
      const books = join(lab.folder, "books/quick");
      const themes = ["light", "dark"];
      const made = spawnSync(python, ["-c", convert, ...themes], { cwd: books, encoding: "utf8" });
      assert.equal(made.status, 0, made.stderr);
      for (const theme of themes) {
        const file = `${theme}.html`;
        const context = await book.page.context().browser()?.newContext({ javaScriptEnabled: false });
        assert.ok(context);
        const page = await context.newPage();
        await page.setViewportSize({ width: 1280, height: 1000 });
        await page.goto(pathToFileURL(join(books, file)).href);
        const pictures = page.locator(".jp-OutputArea-output img");
        const sizes = await pictures.evaluateAll((images) =>
          (images as unknown as readonly { readonly naturalWidth: number; readonly width: number }[]).map((image) => [
            image.naturalWidth,
            image.width,
          ]),
        );
        assert.ok(sizes.length >= 2 && sizes.every(([own = 0, drawn = 0]) => own > 100 && drawn === own && own <= 800));
        const outputs = page.locator(".jp-OutputArea-output");
        const words = (await outputs.allInnerTexts()).join("\n");
        for (const word of ["accuracy 0.", "Evaluation on reviews.test", "History"])
          assert.ok(words.includes(word), words);
        for (const one of await page.locator(".jp-OutputArea-output > div").all())
          assert.ok(((await one.boundingBox())?.width ?? 0) <= 800);
        if (process.env["TUNEBOOK_KEEP"])
          await page.screenshot({ path: join(lab.folder, `nbconvert-${theme}.png`), fullPage: true });
        await context.close();
      }
    });

    it("stops training on interrupt, and resumes from a checkpoint", async () => {
      const n = place("train");
      const train = book.cell(n);
      const { data, model } = definitions("../");
      const trains = (more: string): string =>
        `${data}\n${model}\ntrain mood on reviews as stopped { steps: 800, batch_size: 128, checkpoint: every(steps: 100), validate: every(steps: 100)${more} }`;
      await book.write(n, trains(""));
      await book.run(n);
      await train
        .getByText(/step [\d,]+ of/)
        .first()
        .waitFor({ timeout: 120_000 });
      await book.page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
      await book.ran(n);
      await train
        .getByText(/interrupted in/)
        .first()
        .waitFor({ timeout: 20_000 });
      await book.picture("interrupted");
      await book.write(n, trains(", resume: true"));
      await book.run(n);
      await train
        .getByText(/resumed from step [1-9]/)
        .first()
        .waitFor({ timeout: 120_000 });
      await book.picture("resumed");
    });

    it("causes no error in the page", () => {
      assert.deepEqual(complaints, []);
    });
  });
