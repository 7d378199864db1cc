/**
 * The runs in the panel of a real JupyterLab: scores of evaluations, rankings, sweeps under one row, tags and notes,
 * the comparison in a separate tab, and the actions that reuse a run: load, resume, open its folder. TUNEBOOK_KEEP=1
 * keeps the folder and its screenshots.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { add, evaluate, makeRun, makeSweep, share, step, validated } from "../../kernel/runs/run-folders.js";
import { until } from "#tests/until.js";
import { assertReadable } from "./contrast.js";
import { JupyterLab, type Book } from "./jupyterlab.js";
import { assertWholeWords } from "./whole-words.js";

const hostile = `<img src=x onerror="window.hurt=1">`;
const notebook = {
  cells: ["const mood = 1", "const other = mood"].map((source) => ({
    ...{ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source },
  })),
  metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 4,
};

describe("list of runs in the JupyterLab panel", function () {
  this.timeout(240_000);
  let lab: JupyterLab;
  let book: Book;
  let runs: string;
  let live: RunFolder;
  let mood: RunFolder;
  let deep: RunFolder;
  let elsewhere: RunFolder;
  const complaints: string[] = [];
  before(async () => {
    lab = await JupyterLab.start({ "runs.ipynb": { notebook } });
    runs = join(lab.folder, "books/runs");
    makeSweep(runs, "search", [0.62, 0.81, 0.74, 0.7]);
    mood = makeRun(runs, "mood", { weights: true, accuracy: 0.8, loss: (n) => 0.6 - n * 0.02 });
    evaluate(mood, { accuracy: share(0.8), "f1(macro)": share(0.77, 0.05) }, { at: "2026-11-20T08:00:00.000Z" });
    evaluate(mood, { accuracy: share(0.82) }, { at: "2026-11-21T08:00:00.000Z" });
    deep = makeRun(runs, "deep", { recipe: "epochs: 3, optimizer: adamw(learning_rate: 3e-4)", accuracy: 0.88 });
    evaluate(deep, { accuracy: share(0.9) }, { at: "2026-11-22T08:00:00.000Z" });
    add(deep, validated(20, { loss: 0.4, accuracy: 0.88, "f1(macro)": 0.871, "roc_auc(one_vs_rest)": 0.95 }), {
      kind: "checkpoint",
      step: 20,
      folder: "step-00000020.safetensors",
      best: true,
    });
    elsewhere = makeRun(runs, "elsewhere", { dataHash: "d2" });
    evaluate(elsewhere, { accuracy: share(0.97) }, { at: "2026-11-19T08:00:00.000Z", dataHash: "d2", data: "tickets" });
    makeRun(runs, "stopped", { reason: "interrupted", steps: 10, weights: true });
    live = makeRun(runs, "live", { reason: null, steps: 10, loss: (n) => 0.9 - n * 0.03 });
    const odd = makeRun(runs, "odd", {});
    writeFileSync(
      join(odd.path, "scores.jsonl"),
      `{"torn\n${JSON.stringify({ at: hostile, step: 1, data: hostile, split: null, dataHash: "x", rows: 1, metrics: { [hostile]: { value: 1, low: "a", high: {}, better: 7 } } })}\n`,
    );
    writeFileSync(join(odd.path, "notes.json"), JSON.stringify({ tags: [hostile], note: `${hostile}\nsecond line` }));
    const card = `---\nlicense: mit\n---\n# odd\n\n${hostile} <script>window.hurt = 1</script> [go](javascript:window.hurt=1)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n`;
    writeFileSync(join(odd.path, "README.md"), card);
    book = await lab.open("runs.ipynb");
    book.page.setDefaultTimeout(Number(process.env.T ?? 20_000));
    book.page.on("pageerror", (error) => complaints.push(String(error)));
    await book.kernelReady();
    await book.command("Tunebook: Show Panel");
    await panel().getByRole("tab", { name: "Runs" }).click();
    await list().getByRole("listitem").first().waitFor({ timeout: 30_000 });
  });
  after(() => lab?.stop());
  afterEach(async function () {
    if (this.currentTest?.state === "failed")
      console.error(`${await book.picture("failed")}\n${lab.log.split("\n").slice(-12).join("\n")}`);
  });
  const panel = (): Locator => book.page.locator("#tunebook-panel");
  const list = (): Locator => panel().getByRole("list", { name: "Runs" });
  const tabArea = (): Locator => book.page.locator("#tunebook-compare");
  const names = async (): Promise<readonly string[]> => {
    const all = await list().locator(".tunebook-heading > :first-child, .tunebook-name").allInnerTexts();
    return all.map((text) => text.replace(/^[▾▸]\s*/, "").trim());
  };
  const select = (label: string, option: string | { readonly label: string }): Promise<unknown> =>
    panel().getByRole("combobox", { name: label }).selectOption(option);
  const row = (name: string): Locator =>
    list()
      .getByRole("listitem")
      .filter({ has: book.page.locator(".tunebook-name", { hasText: new RegExp(`^${name}$`) }) });
  const openRun = async (name: string): Promise<void> => {
    await row(name).getByRole("button").click();
    await panel()
      .getByRole("heading", { name: new RegExp(`^${name}`) })
      .waitFor();
  };
  const back = async (): Promise<void> => {
    await panel().getByRole("button", { name: "← All runs" }).click();
    await list().waitFor();
  };
  const activeText = (): Promise<string> =>
    book.page.locator(".jp-Notebook .jp-CodeCell.jp-mod-active .cm-content").innerText();

  it("shows the newest score of each run with its interval", async () => {
    await row("mood").getByText("0.82", { exact: true }).waitFor();
    await row("mood").getByText("0.79 – 0.85").waitFor();
    await row("stopped").getByText("validation accuracy").waitFor(); // it was never evaluated
    await select("Score", "f1(macro)");
    await row("mood").getByText("0.77", { exact: true }).waitFor();
    await select("Score", "validation accuracy");
    await row("stopped").getByText("0.7", { exact: true }).waitFor();
    await select("Score", "accuracy");
    await assertReadable(book.page, "#tunebook-panel");
    await book.picture("list");
  });
  it("ranks by a score in its direction, and separates runs scored on other data", async () => {
    await select("Sort by", "score");
    await list().locator(".tunebook-heading").first().waitFor();
    assert.deepEqual(await names(), [
      ...["accuracy on d.test (120 rows)", "deep", "mood", "accuracy on tickets.test (120 rows)", "elsewhere"],
      ...["without accuracy", "odd", "live", "stopped", "search"],
    ]);
    await book.picture("ranked");
    await panel().getByRole("button", { name: "The other way round" }).click();
    await book.page.waitForFunction(() =>
      /mood[^]*deep/.test(
        (
          globalThis as never as { document: { querySelector(s: string): { innerText: string } } }
        ).document.querySelector(".tunebook-runs").innerText,
      ),
    );
    await panel().getByRole("button", { name: "The other way round" }).click();
    await select("Score", "validation loss");
    await list().getByText("validation loss on d.validation").first().waitFor();
    assert.equal((await names())[1], "mood", "less loss is better");
    await select("Score", "accuracy");
    await select("Sort by", "started");
  });
  it("groups a sweep's trials in one row with the best trial", async () => {
    assert.equal((await names()).filter((name) => name.startsWith("search_")).length, 0);
    await row("search").getByText("4 trials").waitFor();
    await row("search").getByText("best: trial 2 · batch_size: 16").waitFor();
    await row("search").getByText("0.81", { exact: true }).waitFor();
    const unfold = row("search").getByRole("button", { name: /4 trials/ });
    await unfold.click();
    await row("search_2").waitFor();
    assert.deepEqual(
      (await names()).filter((name) => name.startsWith("search")),
      ["search", "search_4", "search_3", "search_2", "search_1"],
    );
    await assertWholeWords(book.page, "#tunebook-panel");
    await book.picture("sweep-open");
    await select("Score", "validation accuracy");
    await select("Sort by", "score");
    await list().getByText("validation accuracy on d.validation").first().waitFor();
    const order = (await names()).filter((name) => name.startsWith("search"));
    assert.deepEqual(order, ["search", "search_2", "search_3", "search_4", "search_1"]);
    await book.picture("sweep");
    await unfold.click();
    await row("search_2").waitFor({ state: "detached" });
    await select("Sort by", "started");
    await select("Score", "accuracy");
  });
  it("puts a sweep's best program into a new cell", async () => {
    await panel().getByRole("button", { name: "Best of search in a new cell" }).click();
    const made = book.page.locator(".jp-Notebook .jp-CodeCell.jp-mod-active .cm-content");
    await made.getByText("search_2_again").first().waitFor();
    const text = (await made.locator(".cm-line").allInnerTexts()).join("\n");
    assert.match(text, /^data d /);
    assert.match(text, /train \w+ on d as search_2_again \{[^]*batch_size: 16/);
    await book.picture("best");
    await book.page.keyboard.press("Escape");
    await book.page.keyboard.press("d");
    await book.page.keyboard.press("d");
    await book.page.locator(".jp-Notebook .jp-CodeCell").nth(2).waitFor({ state: "detached" });
  });
  it("shows a run's score, or its loss if it has no score or is sorted by loss", async () => {
    await row("deep").getByText("0.9", { exact: true }).waitFor();
    assert.equal(await list().getByText("training loss").count(), 0);
    makeRun(runs, "begun", { reason: "interrupted", steps: 5 });
    await row("begun").getByText("training loss").waitFor({ timeout: 20_000 });
    await row("begun").getByText("0.6", { exact: true }).waitFor();
    await select("Sort by", "loss");
    await row("deep").getByText("training loss").waitFor();
    await select("Sort by", "started");
    rmSync(
      join(
        runs,
        readdirSync(runs).find((name) => name.startsWith("begun-"))!,
      ),
      { recursive: true },
    );
    await row("begun").waitFor({ state: "detached" });
  });
  it("shows every evaluation of a run as a table", async () => {
    await openRun("mood");
    const table = panel().getByRole("group", { name: "Evaluations" }).getByRole("row");
    await table.nth(3).waitFor();
    const rows = await Promise.all((await table.all()).map((one) => one.getByRole("cell").allInnerTexts()));
    assert.deepEqual(
      rows.slice(1).map((cells) => cells.map((text, i) => text.split("\n")[i === 2 ? 1 : 0])),
      [
        ["accuracy", "0.82", "step 20"],
        ["accuracy", "0.8", "step 20"],
        ["f1(macro)", "0.77", "step 20"],
      ],
    );
    assert.deepEqual(
      rows.slice(1).map(([metric, value]) => [metric?.split("\n")[1], value?.split("\n")[1]]),
      [
        ["on d.test, 120 rows", "0.79 – 0.85"],
        ["on d.test, 120 rows", "0.77 – 0.83"],
        ["on d.test, 120 rows", "0.72 – 0.82"],
      ],
    );
    await assertReadable(book.page, "#tunebook-panel");
    await assertWholeWords(book.page, "#tunebook-panel");
    await book.picture("evaluations");
  });
  it("wraps no word in a table of many metrics", async () => {
    await back();
    await openRun("deep");
    await panel().getByRole("columnheader", { name: "validation roc_auc(one_vs_rest)" }).waitFor();
    await panel().getByRole("cell", { name: "best" }).waitFor();
    await assertWholeWords(book.page, "#tunebook-panel");
    await panel().getByRole("cell", { name: "best" }).scrollIntoViewIfNeeded();
    await book.picture("metrics");
    await back();
    await openRun("mood");
  });
  it("saves tags and a note in the run's folder, and finds runs by them", async () => {
    const path = join(mood.path, "notes.json");
    const kept = async (tags: readonly string[], note: string): Promise<void> => {
      const now = (): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
      const whole = `${JSON.stringify({ tags, note }, null, 2)}\n`;
      await until(
        () => now() === whole,
        () => `${whole} but ${now()}`,
      );
    };
    await panel().getByRole("textbox", { name: "Add a tag" }).fill("good one");
    await book.page.keyboard.press("Enter");
    // Added in quick succession: none may be lost.
    await panel().getByRole("textbox", { name: "Add a tag" }).fill("baseline");
    await book.page.keyboard.press("Enter");
    await panel().getByRole("textbox", { name: "Note" }).fill("tried more <b>dropout</b>\nno use");
    await book.page.keyboard.press("Tab");
    await kept(["good-one", "baseline"], "tried more <b>dropout</b>\nno use");
    await panel().getByRole("button", { name: "Remove tag baseline" }).click();
    await panel().getByRole("button", { name: "Remove tag baseline" }).waitFor({ state: "detached" });
    await kept(["good-one"], "tried more <b>dropout</b>\nno use");
    await book.picture("noted");
    await back();
    await row("mood").getByText("tried more <b>dropout</b>").waitFor();
    await panel().getByRole("group", { name: "Tags" }).getByRole("button", { name: "good-one" }).click();
    await panel().getByText("1 of 10 runs").waitFor();
    assert.deepEqual(await names(), ["mood"]);
    await panel().getByRole("searchbox").fill("dropout");
    await panel().getByText("1 of 10 runs").waitFor();
    await panel().getByRole("searchbox").fill("");
    await panel().getByText("10 runs", { exact: true }).waitFor();
  });
  it("escapes hostile text", async () => {
    await row("odd").getByText(hostile).first().waitFor();
    await openRun("odd");
    await panel().getByRole("group", { name: "Evaluations" }).getByText(hostile).first().waitFor();
    assert.equal(await panel().getByRole("textbox", { name: "Note" }).inputValue(), `${hostile}\nsecond line`);
    await panel().getByText("Model card").click();
    const card = panel().getByRole("group", { name: "Card of odd" });
    await card.getByRole("cell", { name: "2" }).waitFor();
    await card.getByText("go").click();
    assert.doesNotMatch(await card.innerHTML(), /script|onerror|license/);
    await book.picture("hostile");
    await back();
    assert.equal(await book.page.evaluate(() => (globalThis as never as { hurt?: number }).hurt), undefined);
  });

  it("overlays curves of chosen runs in a tab, with scores and settings", async () => {
    for (const name of ["mood", "deep", "live"])
      await panel()
        .getByRole("checkbox", { name: `Compare ${name}` })
        .check();
    await panel().getByRole("button", { name: "Compare curves (3)" }).click();
    await tabArea().locator(".js-plotly-plot .scatterlayer .trace").first().waitFor({ timeout: 30_000 });
    assert.deepEqual((await tabArea().locator(".legendtext").allTextContents()).toSorted(), ["deep", "live", "mood"]);
    const table = tabArea().getByRole("group", { name: "Scores and settings" });
    const cells = async (name: RegExp): Promise<readonly string[]> =>
      table.getByRole("row", { name }).first().getByRole("cell").allInnerTexts();
    assert.deepEqual(await cells(/^accuracy/), ["0.82\n0.79 – 0.85", "0.9\n0.87 – 0.93", ""]);
    assert.equal(await table.getByTitle("the best of these").first().innerText(), "0.9");
    assert.deepEqual(await cells(/^epochs/), ["1", "3", "1"]);
    assert.deepEqual(await cells(/^optimizer.learning_rate/), [
      (await cells(/^optimizer.learning_rate/))[0],
      "0.0003",
      (await cells(/^optimizer.learning_rate/))[0],
    ]);
    assert.equal(await table.getByRole("row", { name: /^batch_size/ }).count(), 0, "it is the same everywhere");
    await tabArea()
      .getByRole("checkbox", { name: /Settings that are the same/ })
      .check();
    await table.getByRole("row", { name: /^batch_size/ }).waitFor();
    await tabArea()
      .getByRole("checkbox", { name: /Settings that are the same/ })
      .uncheck();
    await assertReadable(book.page, "#tunebook-compare");
    await assertWholeWords(book.page, "#tunebook-compare");
    await book.picture("compared");
  });
  it("updates a running training in the tab and in the list", async () => {
    const points = (): Promise<number> =>
      tabArea()
        .locator(".js-plotly-plot")
        .first()
        .evaluate((node) => {
          const { data } = node as unknown as {
            readonly data: readonly { readonly name: string; readonly x: readonly number[] }[];
          };
          return Math.max(...data.filter(({ name }) => name === "live").map(({ x }) => x.length));
        });
    assert.equal(await points(), 10);
    add(live, ...[11, 12, 13].map((n) => step(n, 0.9 - n * 0.03)));
    await until(async () => (await points()) === 13, "13 points");
    await row("live")
      .getByText(/step 13 of 20/)
      .waitFor();
    add(live, validated(20, { loss: 0.3, accuracy: 0.95 }), { kind: "stopped", step: 20, reason: "done", seconds: 9 });
    evaluate(live, { accuracy: share(0.95) });
    const table = tabArea().getByRole("group", { name: "Scores and settings" });
    await table
      .getByRole("row", { name: /^accuracy/ })
      .first()
      .getByText("0.95", { exact: true })
      .waitFor();
    await row("live").getByText("0.95", { exact: true }).waitFor();
  });
  it("plots by time and on a log scale, leaves out a run, and drops a deleted run", async () => {
    await tabArea().getByRole("combobox").selectOption("seconds");
    await tabArea().getByText("seconds of training").waitFor();
    await tabArea().getByRole("checkbox", { name: "Logarithmic loss" }).check();
    await tabArea().getByRole("checkbox", { name: "Smooth" }).uncheck();
    await book.picture("compared-log");
    await tabArea().getByRole("button", { name: "Leave out deep" }).click();
    await tabArea().getByText("deep", { exact: true }).first().waitFor({ state: "detached" });
    assert.equal(await panel().getByRole("checkbox", { name: "Compare deep" }).isChecked(), false);
    rmSync(live.path, { recursive: true });
    await tabArea().getByText("live", { exact: true }).first().waitFor({ state: "detached" });
    await panel().getByRole("button", { name: "Compare curves (1)" }).waitFor();
    await panel().getByRole("button", { name: "Clear" }).click();
    await tabArea().getByText("Choose runs in the Tunebook panel of runs.ipynb").waitFor();
    await book.page.locator(".lm-TabBar-tab", { hasText: "Compare runs" }).locator(".lm-TabBar-tabCloseIcon").click();
    await tabArea().waitFor({ state: "detached" });
  });
  it("closes a run that is deleted while it is open", async () => {
    await openRun("elsewhere");
    rmSync(elsewhere.path, { recursive: true });
    await list().waitFor();
    await row("elsewhere").waitFor({ state: "detached" });
  });

  it("loads a finished run into a new cell, under an unused name", async () => {
    await openRun("mood");
    await panel().getByRole("button", { name: "Load", exact: true }).click();
    await book.page.locator(".jp-Notebook .jp-CodeCell").nth(2).waitFor();
    assert.equal(await activeText(), `model mood_2 { load: "runs/${mood.id}" }`);
    await panel().getByRole("button", { name: "Load", exact: true }).click();
    await book.page.locator(".jp-Notebook .jp-CodeCell").nth(3).waitFor();
    assert.equal(await activeText(), `model mood_3 { load: "runs/${mood.id}" }`);
    await book.picture("loaded");
    await back();
    await openRun("deep");
    await panel().getByText("None was written.").waitFor({ state: "attached" });
    assert.equal(await panel().getByRole("button", { name: "Load", exact: true }).count(), 0, "it has no weights");
    assert.equal(await panel().getByRole("button", { name: "Resume" }).count(), 0, "it is done");
    await back();
  });
  it("puts the program that resumes a stopped run into a new cell", async () => {
    await openRun("stopped");
    await panel().getByRole("button", { name: "Resume" }).click();
    await book.page.locator(".jp-Notebook .jp-CodeCell").nth(4).waitFor();
    assert.match(await activeText(), /^data d \{[^]*\nmodel m \{[^]*\ntrain m on d as stopped \{[^}]*resume: true \}$/);
  });
  it("opens the run's folder in the file browser", async () => {
    await panel().getByRole("button", { name: "Open folder" }).click();
    await book.page.locator(".jp-FileBrowser .jp-DirListing-item", { hasText: "events.jsonl" }).waitFor();
    await book.page.locator(".jp-FileBrowser .jp-DirListing-item", { hasText: "checkpoints" }).waitFor();
    await book.picture("folder");
    await back();
  });
  it("is readable in the dark theme", async () => {
    const dark = await lab.open("runs.ipynb", { dark: true });
    await dark.kernelReady();
    await dark.command("Tunebook: Show Panel");
    const side = dark.page.locator("#tunebook-panel");
    await side.getByRole("tab", { name: "Runs" }).click();
    await side.getByRole("searchbox").fill("20 ");
    await side.getByRole("searchbox").fill("");
    await side.getByRole("combobox", { name: "Sort by" }).selectOption("score");
    await side.locator(".tunebook-heading").first().waitFor();
    await assertReadable(dark.page, "#tunebook-panel");
    await assertWholeWords(dark.page, "#tunebook-panel");
    await dark.picture("ranked");
    for (const name of ["mood", "deep"]) await side.getByRole("checkbox", { name: `Compare ${name}` }).check();
    await side.getByRole("button", { name: "Compare curves (2)" }).click();
    await dark.page.locator("#tunebook-compare .js-plotly-plot .trace").first().waitFor({ timeout: 30_000 });
    await assertReadable(dark.page, "#tunebook-compare");
    await dark.picture("compared");
    await dark.page.close();
  });
  it("finds one of 2,000 runs", async () => {
    for (let i = 0; i < 2000; i++) {
      const path = join(runs, `many_${i}-20260101-000000-${i}`);
      mkdirSync(path);
      for (const name of ["plan.json", "lock.json", "events.jsonl"])
        writeFileSync(
          join(path, name),
          readFileSync(join(deep.path, name), "utf8").replaceAll('"deep"', `"many_${i}"`),
        );
    }
    await panel().getByText("2008 runs").waitFor({ timeout: 30_000 });
    await panel().getByRole("searchbox").fill("many_1999-");
    await panel().getByText("1 of 2008 runs").waitFor();
    await panel().getByRole("searchbox").fill("");
  });
  it("causes no error in the page", () => {
    assert.deepEqual(complaints, []);
  });
});
