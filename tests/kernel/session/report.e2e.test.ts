/**
 * `report`: one self-contained page that shows what was trained and measured. It executes nothing from files or names.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { reportPage } from "#kernel/display/report-page.js";
import { Html, html } from "#kernel/display/html.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { tools } from "#tests/editors/jupyterlab/jupyterlab.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { definitions, writeSmallTraining } from "./small-training.js";

interface Found {
  readonly scripts: number;
  readonly handlers: number;
  readonly broken: number;
  readonly pictures: number;
  /** Whether the table is wider than the window. */
  readonly wide: boolean;
}
const PAYLOAD = `"><img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>`;

describe("HTML report", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  const text = (file: string): string => readFileSync(join(book.folder, file), "utf8");
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8");
    const quoted = PAYLOAD.replaceAll('"', '""');
    writeFileSync(join(book.folder, "rows.csv"), rows.replaceAll(",yes", `,"${quoted}"`));
    await book.run(definitions);
    const name = PAYLOAD.replaceAll('"', '\\"');
    await book.run(`experiment { name: "${name}", notes: "${name}" }
train m on d { epochs: 3, validate: every(steps: 2) }
evaluate m, baseline(majority) on d.validation { metrics: [accuracy, f1(macro)], worst: 5 }
sweep m on d as search { vary: { optimizer.learning_rate: log(1e-4..1e-2), batch_size: choice(8, 16) }, search: random, trials: 4, maximize: accuracy }
report m
report search as "build/search.html"
report m as "rows.html" { rows: true }`);
  });
  after(() => book.close());

  it("describes training, scores and record, and shows rows only on demand", () => {
    const page = text("m-report.html");
    for (const said of [
      "bert for text_classification",
      "Evaluation on d.validation",
      "Confusion",
      "optimizer.learning_rate",
      "lock.json",
      "Training of m",
    ])
      assert.ok(page.includes(said), said);
    const mistaken = /worst|least sure|mistake/i;
    assert.ok(mistaken.test(text("rows.html").replace(page, "")) && text("rows.html").length > page.length);
    assert.ok(!/very (?:good|bad|fine|poor) (?:film|book) w\d/.test(page));
  });
  it("shows trials, figures and the best training of a sweep", () => {
    const page = text("build/search.html");
    for (const said of ["Trials of search", "search.best: Training", "maximize accuracy", "data:image/svg+xml"])
      assert.ok(page.includes(said), said);
  });
  it("shows what the folder of an earlier run contains", async () => {
    const run = (book.values.get("m") as ModelHandle).folder!;
    const other = new NotebookOfOne();
    try {
      await other.run(`report "${run}" as "m.html"`);
      const page = readFileSync(join(other.folder, "m.html"), "utf8");
      assert.match(page, /Scores of evaluations stored with the run/);
      assert.match(page, /f1\(macro\)/);
    } finally {
      await other.close();
    }
  });
  it("overwrites a report but no other file", async () => {
    await book.run(`report m`);
    writeFileSync(join(book.folder, "mine.html"), "<p>mine");
    mkdirSync(join(book.folder, "folder.html"));
    for (const file of ["mine.html", "folder.html"])
      await assert.rejects(
        book.run(`report m as "${file}"`),
        (error) => error instanceof CodedError && error.code === "report-taken",
      );
    assert.equal(text("mine.html"), "<p>mine");
  });
  it("makes no requests and runs no scripts, in light and dark mode", async () => {
    const { ensureBrowser, chromiumArguments } = await tools();
    const browser = await chromium.launch({
      executablePath: await ensureBrowser(),
      headless: true,
      args: chromiumArguments,
    });
    try {
      for (const [file, colorScheme] of [
        ["m-report.html", "light"],
        ["build/search.html", "dark"],
        ["rows.html", "dark"],
      ] as const) {
        const page = await browser.newPage({ viewport: { width: 1000, height: 1400 }, colorScheme });
        const asked: string[] = [];
        page.on("dialog", (dialog) => (asked.push(`dialog ${dialog.message()}`), void dialog.dismiss()));
        page.on("request", (request) => {
          if (!/^(file|data):/.test(request.url())) asked.push(request.url());
        });
        await page.goto(pathToFileURL(join(book.folder, file)).href);
        const found = await page.evaluate<Found>(`({
          scripts: document.querySelectorAll("script, iframe, object, embed, link, form").length,
          handlers: [...document.querySelectorAll("*")].filter((one) => one.getAttributeNames().some((name) => name.startsWith("on"))).length,
          broken: [...document.images].filter((one) => one.naturalWidth === 0).length,
          pictures: document.images.length,
          wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        })`);
        assert.deepEqual(
          { ...found, pictures: 0 },
          { scripts: 0, handlers: 0, broken: 0, pictures: 0, wide: false },
          file,
        );
        assert.ok(found.pictures >= 2, file);
        assert.deepEqual(asked, []);
        const shots = process.env["TUNEBOOK_SHOTS"];
        if (shots !== undefined)
          await page.screenshot({
            path: join(shots, `report-${file.replace(/\W/g, "-")}-${colorScheme}.png`),
            fullPage: true,
          });
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
  it("stays below the size limit", () => {
    const large = new Html(`<img src="data:,${"x".repeat(50_000)}">`);
    const page = reportPage(
      { title: "t", says: [], foot: "f", sections: [{ title: "s", parts: [html`<p>kept</p>`, large] }] },
      20_000,
    );
    assert.ok(page.length < 20_000 && page.includes("kept") && page.includes("was left out"));
  });
});
