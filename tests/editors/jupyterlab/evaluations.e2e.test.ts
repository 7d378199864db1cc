/**
 * Scores as a person reads them in JupyterLab: models side by side, the table of labels that a click sorts, few labels and
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

/** One row in seven is labelled by chance. */
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

describe("scores in JupyterLab", function () {
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
    const notebook = {
      ...{ nbformat: 4, nbformat_minor: 5 },
      metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
      cells: cells.map((source, i) => ({
        id: `c${String(i)}`,
        cell_type: "code",
        source,
        metadata: {},
        outputs: [],
        execution_count: null,
      })),
    };
    const copied = Object.fromEntries(
      ["base", "few.csv", "many.csv", "stars.csv"].map((name) => [name, join(made, name)]),
    );
    lab = await JupyterLab.start({ ...copied, "scores.ipynb": { notebook } });
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
  /** What of a cell's outputs is wider than 800 px, or than the place it has. */
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

  it("shows two models in one table, with intervals, their difference and the constant answer", async () => {
    const text = await seen(2, "two-models");
    for (const word of ["Evaluation on tickets.test", "idle − router", "worse", "always “", "Labels: router"])
      assert.ok(text.includes(word), `no “${word}” in ${text}`);
    assert.match(text, /accuracy\s+0\.\d{4}\s+0\.\d{3} … [01]\.\d{3}/);
    assert.match(text, /warning/);
  });

  it("begins with one line of what came of it", async () => {
    const first = book.cell(2).locator(".jp-OutputArea-output").first();
    assert.match(
      (await first.innerText()).trim(),
      /^accuracy: router 0\.\d{4} · idle 0\.\d{4} · always “\w+” 0\.\d{4} · 200 rows of/,
    );
  });

  it("lists the largest confusions of many labels, and draws the most frequent", async () => {
    const text = await seen(3, "confusions");
    assert.match(text, /Largest confusions\s+truth\s+predicted\s+rows\s+of that truth/);
    assert.ok(text.includes("Confusion matrix: the 12 most frequent labels, and 8 more"), text);
    const cells = await book.cell(3).locator(".heatmap-label").allTextContents();
    assert.ok(cells.length > 12 && cells.length < 144 && !cells.includes("0"), cells.join(" "));
  });

  it("is at most 800 px wide, and as narrow as its place", async () => {
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
    // The bar that folds outputs is beside them where there is no room for the prompt: they keep off it, and words stay in lines.
    await book.page.setViewportSize({ width: 700, height: 1000 });
    const collapser = await book.cell(2).locator(".jp-Cell-outputCollapser").boundingBox();
    const words = await book.cell(2).getByText("Evaluation on tickets.test").first().boundingBox();
    assert.ok(collapser && words && words.x >= collapser.x + collapser.width + 6, JSON.stringify([collapser, words]));
    const text = book.cell(2).locator("table:visible").last().locator("tbody td").last();
    assert.ok(((await text.boundingBox())?.width ?? 0) > 100);
    await book.page.setViewportSize({ width: 1280, height: 1000 });
  });

  it("sorts the labels by a click or a key, the other way round by the next", async () => {
    await seen(3, "many-labels");
    const table = book.cell(3).locator("table.tunebook-sortable").first();
    const head = (name: string) => table.locator("th", { hasText: new RegExp(`^${name}`) });
    // Beside each number stand the ends of its interval.
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

  it("shows numbers beside their mean", async () => {
    const text = await seen(4, "numbers");
    for (const word of ["root_mean_squared_error", "r2", "always ", "greatest errors first"])
      assert.ok(text.includes(word), `no “${word}” in ${text}`);
  });

  it("reads on a dark page, numbers in the heat map too", async () => {
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
});
