/**
 * Scores as a user reads them in JupyterLab: models side by side, the label table that sorts by a click, few labels and
 * many, numbers. TUNEBOOK_KEEP=1 keeps the folder and its screenshots.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "#tests/until.js";
import { writeSmallBert } from "../../kernel/session/small-bert.js";
import { assertReadable } from "./contrast.js";
import { JupyterLab, type Book } from "./jupyterlab.js";

const FILLER = ["the", "a", "room", "was", "and", "we", "it", "then", "so", "very"];
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length]!;
const filler = (i: number): string =>
  [i, Math.floor(i / 10), Math.floor(i / 100)].map((n) => pick(FILLER, n)).join(" ");
const part = (i: number): string => (i % 3 === 0 ? "test" : "train");
const few = ["billing", "shipping", "technical"];
const many = Array.from({ length: 20 }, (_, l) => `team${String(l)}`);
const ROWS = Array.from({ length: 600 }, (_, i) => i);

/** One row in seven has a label that does not follow the pattern. */
const labelled = (labels: readonly string[]) =>
  [
    "body,team,part",
    ...ROWS.map(
      (i) =>
        `${filler(i)} ${pick(labels, i % 7 === 3 ? i * 5 + 1 : Math.floor(i / 3))},${pick(labels, Math.floor(i / 3))},${part(i)}`,
    ),
  ].join("\n");
const stars = (i: number): number => ((i * 7) % 9) - 4;
const cells = [
  `data tickets { source: csv("few.csv"), columns: { text: body, label: team }, split: by_column(part) }
data teams { source: csv("many.csv"), columns: { text: body, label: team }, split: by_column(part) }
data reviews { source: csv("stars.csv"), columns: { text: body, score: stars }, split: by_column(part) }
recipe plain { epochs: 6, batch_size: 32, optimizer: adamw(learning_rate: 4e-3), dropout: 0, seed: 1 }
model router { base: "base", task: text_classification }
model sorter { base: "base", task: text_classification }
model grader { base: "base", task: regression }`,
  `train router on tickets with plain
train router on tickets with plain as idle { epochs: 1, optimizer: adamw(learning_rate: 1e-9) }
train sorter on teams with plain
train grader on reviews with plain`,
  "evaluate router, idle on tickets.test { worst: 3 }",
  "evaluate sorter on teams.test { worst: 3, metrics: [accuracy, f1(macro), matthews_correlation, roc_auc] }",
  "evaluate grader on reviews.test { worst: 3 }",
];
const sweepCells = [
  `data tickets { source: csv("few.csv"), columns: { text: body, label: team }, split: by_column(part) }
data both like tickets { split: random(train: 80%, validation: 20%) }
recipe long { epochs: 400, batch_size: 32, seed: 1, validate: every(steps: 100) }
recipe short like long { epochs: 1 }
model router { base: "base", task: text_classification }`,
  `sweep router on both with long as found {
  vary: { optimizer.learning_rate: log(1e-4..1e-2), batch_size: choice(16, 32) }
  trials: 2, at_once: 2, maximize: accuracy
}`,
];
const notebookOf = (sources: readonly string[]) => ({
  ...{ nbformat: 4, nbformat_minor: 5 },
  metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
  cells: sources.map((source, i) => ({
    id: `c${String(i)}`,
    cell_type: "code",
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
  })),
});

describe("evaluation results in JupyterLab", function () {
  this.timeout(300_000);
  const made = mkdtempSync(join(tmpdir(), "tunebook-scores-"));
  let lab: JupyterLab;
  let book: Book;

  before(async () => {
    const words = [...FILLER, ...few, ...many, "good", "bad"];
    writeSmallBert(join(made, "base"), words);
    writeFileSync(join(made, "few.csv"), labelled(few));
    writeFileSync(join(made, "many.csv"), labelled(many));
    const judged = (i: number) => `${filler(i)} ${(stars(i) < 0 ? "bad " : "good ").repeat(Math.abs(stars(i))).trim()}`;
    writeFileSync(
      join(made, "stars.csv"),
      ["body,stars,part", ...ROWS.map((i) => `${judged(i)},${String(stars(i))},${part(i)}`)].join("\n"),
    );
    const copied = Object.fromEntries(
      ["base", "few.csv", "many.csv", "stars.csv"].map((name) => [name, join(made, name)]),
    );
    lab = await JupyterLab.start({
      ...copied,
      "scores.ipynb": { notebook: notebookOf(cells) },
      "sweep.ipynb": { notebook: notebookOf(sweepCells) },
    });
    book = await lab.open("scores.ipynb");
    await book.kernelReady();
    await book.runAll();
    await book.ran(cells.length - 1, 240_000);
  });
  after(async () => {
    await lab?.stop();
    rmSync(made, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed")
      console.error(`${await book.picture("failed")}\n${lab.log.split("\n").slice(-12).join("\n")}`);
  });
  const seen = async (n: number, what: string): Promise<string> => {
    const cell = book.cell(n);
    await cell.scrollIntoViewIfNeeded();
    const first = cell.locator(".jp-OutputArea-output").first();
    await first.scrollIntoViewIfNeeded();
    await book.page.screenshot({ path: join(lab.folder, `${what}.png`) });
    return cell.innerText();
  };
  /** Returns the parts of a cell's outputs that are wider than 800 px or than their container. */
  const tooWide = (n: number): Promise<string> =>
    book
      .cell(n)
      .locator(".jp-OutputArea-output")
      .evaluateAll((outputs) => {
        type Box = {
          readonly scrollWidth: number;
          readonly clientWidth: number;
          readonly firstElementChild: Box | null;
        };
        const boxes = outputs as unknown as readonly Box[];
        return boxes
          .filter((box) => box.scrollWidth > box.clientWidth + 1 || (box.firstElementChild?.clientWidth ?? 0) > 800)
          .map((box) => `${String(box.scrollWidth)} in ${String(box.clientWidth)}`)
          .join(", ");
      });
  const column = (n: number, at: number): Promise<readonly string[]> =>
    book
      .cell(n)
      .locator("table.tunebook-sortable")
      .first()
      .locator(`tbody tr td:nth-child(${String(at)})`)
      .allInnerTexts();

  it("show two models in one table, with intervals, difference and majority baseline", async () => {
    const text = await seen(2, "two-models");
    for (const word of ["Evaluation on tickets.test", "idle − router", "worse", "always “", "Labels: router"])
      assert.ok(text.includes(word), `no “${word}” in ${text}`);
    assert.match(text, /accuracy\s+0\.\d{4}\s+0\.\d{3} … [01]\.\d{3}/);
    assert.match(text, /warning/);
  });

  it("start with a one-line summary", async () => {
    const first = book.cell(2).locator(".jp-OutputArea-output").first();
    assert.match(
      (await first.innerText()).trim(),
      /^accuracy: router 0\.\d{4} · idle 0\.\d{4} · always “\w+” 0\.\d{4} · 200 rows of/,
    );
  });

  it("list the largest confusions of many labels, and draw the most frequent labels", async () => {
    const text = await seen(3, "confusions");
    assert.match(text, /Largest confusions\s+truth\s+predicted\s+rows\s+of that truth/);
    assert.ok(text.includes("Confusion matrix: the 12 most frequent labels, and 8 more"), text);
    const cells = await book.cell(3).locator(".heatmap-label").allTextContents();
    assert.ok(cells.length > 12 && cells.length < 144 && !cells.includes("0"), cells.join(" "));
  });

  it("are at most 800 px wide, and fit a narrow page", async () => {
    for (const width of [1900, 1280, 820]) {
      await book.page.setViewportSize({ width, height: 1000 });
      for (const n of [2, 3, 4]) {
        await book.cell(n).scrollIntoViewIfNeeded();
        let wide = "";
        await until(
          async () => (wide = await tooWide(n)) === "",
          () => `no output wider than it may be at ${String(width)}: ${wide}`,
          10,
        );
      }
    }
    // In a narrow window the output collapser is next to the outputs: they must not overlap it, and texts stay in
    // lines.
    await book.page.setViewportSize({ width: 700, height: 1000 });
    const collapser = await book.cell(2).locator(".jp-Cell-outputCollapser").boundingBox();
    const words = await book.cell(2).getByText("Evaluation on tickets.test").first().boundingBox();
    assert.ok(collapser && words && words.x >= collapser.x + collapser.width + 6, JSON.stringify([collapser, words]));
    const text = book.cell(2).locator("table:visible").last().locator("tbody td").last();
    assert.ok(((await text.boundingBox())?.width ?? 0) > 100);
    await book.page.setViewportSize({ width: 1280, height: 1000 });
  });

  it("sort labels by a click or key, and reverse the order by the next", async () => {
    await seen(3, "many-labels");
    const table = book.cell(3).locator("table.tunebook-sortable").first();
    const head = (name: string) => table.locator("th", { hasText: new RegExp(`^${name}`) });
    // The interval's ends are shown after each number.
    const numbers = async (at: number) =>
      (await column(3, at)).map((text) => {
        assert.match(text, /^[01]\.\d{4}\s+[01]\.\d{3} … [01]\.\d{3}$/);
        return Number.parseFloat(text);
      });
    const falls = (of: readonly number[]) => of.every((x, i) => i === 0 || x <= of[i - 1]!);
    assert.equal((await column(3, 1)).length, 20);
    await head("f1").click();
    const falling = await numbers(4);
    assert.ok(falls(falling) && new Set(falling).size > 3, falling.join(" "));
    assert.equal(await head("f1").getAttribute("aria-sort"), "descending");
    await head("f1").click();
    assert.deepEqual(await numbers(4), [...falling].reverse());
    await head("label").click();
    assert.deepEqual(await column(3, 1), many);
    assert.equal(await table.locator("th[aria-sort]").count(), 1);
    await head("recall").getByRole("button").focus();
    await book.page.keyboard.press("Enter");
    assert.ok(falls(await numbers(3)));
    assert.equal(await head("recall").getAttribute("aria-sort"), "descending");
    await book.page.keyboard.press("Space");
    assert.equal(await head("recall").getAttribute("aria-sort"), "ascending");
    await book.page.keyboard.press("Shift+Tab");
    assert.equal(await book.page.evaluate("document.activeElement.textContent"), "precision");
    await seen(3, "sorted");
  });

  it("show regression metrics with the constant baseline", async () => {
    const text = await seen(4, "numbers");
    for (const word of ["root_mean_squared_error", "r2", "always ", "greatest errors first"])
      assert.ok(text.includes(word), `no “${word}” in ${text}`);
  });

  it("are readable on a dark page, including numbers in the heat map", async () => {
    await book.page.keyboard.press("Escape");
    await book.page.keyboard.press("Control+s");
    const file = join(lab.folder, "books/scores.ipynb");
    await until(() => readFileSync(file, "utf8").includes("Largest confusions"), "a saved notebook with outputs");
    const dark = await lab.open("scores.ipynb", { dark: true });
    const [few, many] = [dark.cell(2), dark.cell(3)];
    await many.scrollIntoViewIfNeeded();
    await many.locator(".heatmap-label text").first().waitFor({ timeout: 20_000 });
    const inks = await many.locator(".heatmap-label text").evaluateAll((words) => {
      const { getComputedStyle } = globalThis as unknown as { getComputedStyle(e: unknown): { fill: string } };
      return [...new Set(words.map((word) => getComputedStyle(word).fill))];
    });
    assert.ok(
      inks.every((ink) => (ink.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) > 200)),
      inks.join(" "),
    );
    for (const [cell, name] of [
      [many, "many"],
      [few, "few"],
    ] as const) {
      await cell.scrollIntoViewIfNeeded();
      await cell
        .locator(".jp-OutputArea")
        .first()
        .evaluate((area, id) => ((area as { id: string }).id = id), name);
      await assertReadable(dark.page, `#${name}`);
      await dark.page.screenshot({ path: join(lab.folder, `dark-${name}.png`) });
    }
  });

  it("include a running sweep: trials can be stopped, cloned and changed; its best program runs", async () => {
    const sweep = await lab.open("sweep.ipynb");
    const { page } = sweep;
    const cell = sweep.cell(1);
    const desk = cell.locator(".tunebook-sweep-desk");
    const button = (name: string) => desk.getByRole("button", { name, exact: true });
    await sweep.kernelReady();
    await sweep.run(0);
    await sweep.ran(0);
    await sweep.run(1);
    await button("Stop trial 1").waitFor({ timeout: 60_000 });
    // Values that the kernel would reject are reported before a request is sent.
    await button("Change trial 2").click();
    await desk.getByLabel("optimizer.learning_rate").fill("2");
    await desk.getByRole("button", { name: "Stop 2 and begin this" }).click();
    await desk.getByText("The sweep tries 0.0001 to 0.01.").waitFor();
    await page.keyboard.press("Escape");
    // JupyterLab's shortcut would delete the cell on `d` `d`.
    await page.keyboard.press("d");
    await page.keyboard.press("d");
    await button("Clone trial 2").click();
    await desk.getByLabel("optimizer.learning_rate").fill("0.003");
    await page.keyboard.press("Enter");
    await desk.getByText("Trial 2 stays, and one like it begins as soon as there is room.").waitFor();
    // The first trial can only be stopped with a score once its row shows one.
    await desk
      .locator("tr", { hasText: /^1/ })
      .locator(".tunebook-sweep-score", { hasText: /0\.\d/ })
      .waitFor({ timeout: 60_000 });
    await button("Stop trial 1").click();
    await desk.locator("summary", { hasText: "Trials that ended: 1" }).click({ timeout: 60_000 });
    const ended = desk.locator(".tunebook-sweep-ended tbody tr").first();
    assert.match(await ended.innerText(), /1 stopped\s+0\.\d+/);
    await button("Stop trial 3").click({ timeout: 60_000 });
    await button("Stop trial 2").click();
    await sweep.ran(1);
    assert.equal(await desk.count(), 0, "nothing to press remains");
    const table = await cell.innerText();
    assert.match(table, /stopped/);
    assert.match(table, /3\.0*e-3|0\.0030*\b/, "the clone has what was typed");

    await cell.scrollIntoViewIfNeeded();
    const point = cell.locator(".scatterlayer .points path.point").first();
    await point.scrollIntoViewIfNeeded();
    const { x = 0, y = 0, width = 0, height = 0 } = (await point.boundingBox()) ?? {};
    await page.mouse.move(x - 20, y + 20);
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 4 });
    await cell.locator(".tunebook-mark-pointed").first().waitFor({ state: "attached" });
    assert.ok((await cell.locator(".tunebook-mark-pointed").count()) >= 2, "the picture beside it marks the trial too");

    await cell.getByRole("button", { name: "Put into a new cell" }).click();
    await sweep.write(2, (await sweep.cell(2).locator(".cm-content").innerText()).replace("with long", "with short"));
    await sweep.run(2);
    await sweep.ran(2);
    assert.match(await sweep.cell(2).innerText(), /trained/);
  });
});
