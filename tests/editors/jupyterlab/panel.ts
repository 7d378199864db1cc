/**
 * The side panel in a real JupyterLab: the plan of the notebook as it is typed, with links to positions and defaults
 * that can be written out; the runs, live, opened, compared, deleted; across restarts, reloads and closed notebooks.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Locator } from "playwright-core";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { currentProcess } from "#kernel/runs/writer.js";
import { compiled, definitions } from "../../dsl/world.js";
import { until } from "#tests/until.js";
import { assertReadable } from "./contrast.js";
import type { Book, JupyterLab } from "./jupyterlab.js";
import { definitions as definitionsIn } from "./small-reviews.js";
import { assertWholeWords } from "./whole-words.js";

const { data, model } = definitionsIn("");
const cells = [
  data,
  `${model}\nrecipe quick { steps: 5000, batch_size: 8, schedule: linear(warmup: 10%) }`,
  "train mood on reviews with quick { validate: every(steps: 500) }",
  "const x = 1",
];
const cell = (source: string) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
const notebook = (sources: readonly string[]) => ({
  cells: sources.map(cell),
  metadata: { kernelspec: { name: "tunebook", display_name: "Tunebook", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 4,
});

export const panelNotebooks = {
  "panel.ipynb": { notebook: notebook(cells) },
  "other.ipynb": { notebook: notebook(["recipe r { epochs: 1, batchsize: 3 }"]) },
};

/** A process that has ended. */
const gone = { ...currentProcess(), since: "another-1" };
/** Writes run folders like those of earlier days. */
function oldRuns(folder: string, count: number): void {
  const plans = ["epochs: 1", "epochs: 2, optimizer: adamw(learning_rate: 3e-4)"].map((recipe): Plan => {
    const action = compiled(`${definitions}train m on d { ${recipe} }`).actions?.find((one) => one.verb === "train");
    assert.ok(action);
    return action.plan;
  });
  for (let i = 0; i < count; i++) {
    const plan = plans[i % 2]!;
    const lock = {
      recipeHash: plan.recipeHash,
      planHash: plan.planHash,
      dataHash: "d",
      baseHash: "b",
      labels: [],
      engine: "TensorFlow",
      tunebook: "0.1.0",
      node: "v20",
    };
    const run = RunFolder.create(folder, `old_${i}`, plan, lock);
    const stamp = { at: new Date().toISOString(), run: run.id };
    run.append({ ...stamp, kind: "started", recipe: "r", plan: "p", engine: "TensorFlow", steps: 20, process: gone });
    for (let step = 1; step <= 20; step++)
      run.append({
        ...stamp,
        kind: "step",
        step,
        epoch: 1,
        tokens: 300,
        loss: 0.7 - step * 0.02 + Math.sin(step * i) * 0.05,
        rate: 1e-3,
        norm: 1,
        seconds: 0.4,
      });
    run.append({
      ...stamp,
      kind: "evaluated",
      step: 20,
      split: "validation",
      metrics: { loss: 0.4, accuracy: 0.7 + (i % 20) / 100 },
    });
    if (i === 1) continue; // killed: the log has no last entry
    run.append({ ...stamp, kind: "stopped", step: 20, reason: i === 2 ? "interrupted" : "done", seconds: 8 });
    if (i === 3) writeFileSync(join(run.path, "plan.json"), '{"recipe": {"da');
  }
}

export const panelIn = (started: () => JupyterLab) =>
  describe("side panel", () => {
    let lab: JupyterLab;
    let book: Book;
    let runs: string;
    const complaints: string[] = [];
    before(async () => {
      lab = started();
      runs = join(lab.folder, "books/runs");
      oldRuns(runs, 70);
      book = await lab.open("panel.ipynb");
      book.page.setDefaultTimeout(20_000);
      book.page.on("pageerror", (error) => complaints.push(String(error)));
      await book.kernelReady();
      await book.command("Tunebook: Show Panel");
      await panel().waitFor({ timeout: 10_000 });
    });
    after(() => book?.page.close());
    afterEach(async function () {
      if (this.currentTest?.state === "failed")
        console.error(`${await book.picture("failed")}\n${lab.log.split("\n").slice(-12).join("\n")}`);
    });
    const panel = (): Locator => book.page.locator("#tunebook-panel");
    const textOf = async (n: number): Promise<string> =>
      (await book.cell(n).locator(".cm-line").allInnerTexts()).join("\n");
    const setting = (name: string, value: string): Locator =>
      panel().getByRole("button", { name: new RegExp(`^${name.replaceAll(".", "\\.")}: ${value},`) });
    const tab = (name: string): Promise<void> => panel().getByRole("tab", { name }).click();
    const selected = (): Promise<string> =>
      book.page.evaluate(() => (globalThis as unknown as { getSelection(): object }).getSelection().toString());

    it("shows the plan before anything runs, and says what is unknown", async () => {
      await panel().getByText("train mood on reviews with quick").first().waitFor({ timeout: 20_000 });
      await setting("technique.rank", "8").waitFor();
      await panel().getByText("the rows of reviews are counted when its cell runs").waitFor();
      await panel().getByText("500 steps").waitFor();
      assert.equal(await panel().locator(".tunebook-is-recipe").getByText("default").count(), 0, "defaults wait");
      // Only settings that are not written in the program are marked.
      assert.equal(await panel().locator(".tunebook-setting").getByText("written", { exact: true }).count(), 0);
      await setting("technique.alpha", "16").getByText("derived", { exact: true }).waitFor();
      await assertWholeWords(book.page, "#tunebook-panel");
      await book.picture("plan");
    });
    it("measures the memory of a training on request", async () => {
      await panel().getByRole("button", { name: "Measure now" }).click();
      await panel().getByRole("meter", { name: "memory" }).waitFor({ timeout: 120_000 });
      await panel()
        .getByText(/^\d{3} rows/)
        .first()
        .waitFor();
      assert.equal(await panel().getByText("Not known yet").count(), 0);
      await book.picture("measured");
    });
    it("jumps to a setting in the text", async () => {
      await setting("batch_size", "8").click();
      await book.page.waitForFunction(
        () => String((globalThis as never as { getSelection(): object }).getSelection()) === "8",
      );
      assert.match(await book.cell(1).getAttribute("class").then(String), /jp-mod-active/);
    });
    it("updates the plan while the user types", async () => {
      await book.page.keyboard.type("16");
      await setting("batch_size", "16").waitFor({ timeout: 10_000 });
      await book.page.keyboard.press("Control+z");
      await setting("batch_size", "8").waitFor({ timeout: 10_000 });
    });
    it("writes a default out, which one undo reverts", async () => {
      await panel().getByRole("checkbox").check();
      await setting("seed", "0").getByText("default", { exact: true }).waitFor();
      await assertWholeWords(book.page, "#tunebook-panel");
      const before = await textOf(1);
      await setting("seed", "0").click();
      await book.cell(1).getByText("seed").first().waitFor({ timeout: 10_000 });
      assert.equal(await textOf(1), before.replace(/ \}$/, ", seed: 0 }"));
      assert.equal(await selected(), "seed: 0");
      await book.picture("written-out");
      await book.page.keyboard.press("Control+z");
      assert.equal(await textOf(1), before);
      await panel().getByRole("checkbox").uncheck();
    });
    it("lists every error of the notebook and jumps to it", async () => {
      await book.write(1, cells[1]!.replace("rank: 8", "rank: 0").replace("warmup: 10%", "warmup: ten"));
      const list = panel().getByRole("list", { name: "Mistakes and warnings" });
      await list.getByRole("button").nth(1).waitFor({ timeout: 10_000 });
      await book.cell(3).locator(".cm-content").click();
      await list.getByRole("button", { name: /rank/ }).click();
      await book.page.waitForFunction(
        () => String((globalThis as never as { getSelection(): object }).getSelection()) === "0",
      );
      await assertReadable(book.page, "#tunebook-panel");
      await book.picture("mistakes");
      await book.write(1, cells[1]!);
      await list.waitFor({ state: "detached", timeout: 10_000 });
    });

    it("lists runs in pages, and marks damaged ones", async () => {
      await tab("Runs");
      const list = panel().getByRole("list", { name: "Runs" });
      await list.getByRole("listitem").nth(49).waitFor({ timeout: 20_000 });
      assert.equal(await list.getByRole("listitem").count(), 50);
      await assertReadable(book.page, "#tunebook-panel");
      await assertWholeWords(book.page, "#tunebook-panel");
      await book.picture("runs");
      await panel().getByRole("button", { name: "Show more (20 left)" }).click();
      await list.getByRole("listitem").nth(69).waitFor();
      const find = panel().getByRole("searchbox");
      await find.fill("old_3-");
      await panel().getByText("1 of 70 runs").waitFor();
      await panel().getByText("plan.json cannot be read").waitFor();
      await find.fill("cut off");
      await panel().getByText("1 of 70 runs").waitFor();
      await list.getByText("its process ended without a word").waitFor();
      await find.fill("");
      await panel().getByText("70 runs", { exact: true }).waitFor();
    });
    it("shows the progress of a running training", async () => {
      // Long enough for several polls of the folder, which are two seconds apart while nothing trains.
      for (const n of [0, 1]) {
        await book.run(n);
        await book.ran(n);
      }
      await book.run(2);
      const row = panel().getByRole("list", { name: "Runs" }).getByRole("listitem").first();
      await row.getByText("running").waitFor({ timeout: 120_000 });
      const seen = new Set<string>();
      let pictured = false;
      while (await row.getByText("running").isVisible()) {
        seen.add(/step (\d+) of 5,?000/.exec((await row.textContent()) ?? "")?.[1] ?? "");
        if (seen.size === 3 && !pictured) await book.picture("running");
        pictured ||= seen.size === 3;
        await sleep(100);
      }
      assert.ok(seen.size >= 2, [...seen].join());
      await row.getByText("done").waitFor({ timeout: 20_000 });
      await row.getByText("validation accuracy").waitFor();
      await row.getByText(/^0\.\d+$/).waitFor();
      await book.ran(2);
    });
    it("opens a run with curves, scores, card, and differences to another run", async () => {
      await panel().getByRole("list", { name: "Runs" }).getByRole("button").first().click();
      await panel()
        .locator(".tunebook-curves .js-plotly-plot .scatterlayer .trace")
        .first()
        .waitFor({ timeout: 20_000 });
      await panel().getByText("Validations", { exact: true }).waitFor();
      await assertWholeWords(book.page, "#tunebook-panel");
      await book.picture("opened");
      const rates = panel().getByRole("img", { name: "Learning rate and gradient norm of mood" });
      assert.equal(await rates.count(), 0, "only when it is asked for");
      await panel().getByRole("checkbox", { name: "learning rate and gradient norm" }).check();
      await rates.locator(".scatterlayer .trace").nth(1).waitFor();
      await rates.scrollIntoViewIfNeeded();
      await book.picture("rates");
      await panel().getByRole("checkbox", { name: "learning rate and gradient norm" }).uncheck();
      await rates.waitFor({ state: "detached" });
      for (const part of ["Program", /^Checkpoints \(\d\)$/, "Model card"])
        await panel().getByText(part).first().click();
      await panel().getByText("train mood on reviews").first().waitFor();
      await panel()
        .getByText(/step-00\d{4}\.safetensors/)
        .first()
        .waitFor();
      const card = panel().getByRole("group", { name: "Card of mood" });
      await card.getByRole("heading", { name: "mood" }).waitFor();
      await card.getByRole("row", { name: /^batch_size 8/ }).waitFor();
      assert.doesNotMatch(await card.innerText(), /^---|library_name|##|\|/m, "rendered, without what is for a hub");
      await assertReadable(book.page, "#tunebook-panel .tunebook-prose p");
      await card.scrollIntoViewIfNeeded();
      await book.picture("card");
      await panel().getByText("Compare with another run").click();
      await panel().getByRole("combobox", { name: "Run to compare with" }).selectOption({ index: 2 });
      await panel()
        .getByRole("group", { name: "Differences" })
        .getByRole("cell", { name: "batch_size" })
        .waitFor({ timeout: 10_000 });
      await panel().getByText("Compare with another run").scrollIntoViewIfNeeded();
      await book.picture("compared");
    });
    it("loads a run as a model in a new cell, which runs", async () => {
      await book.cell(3).locator(".cm-content").click();
      await panel().getByRole("button", { name: "Load", exact: true }).click();
      await book.cell(4).getByText("mood_2").waitFor();
      const [id] = readdirSync(runs).filter((name) => name.startsWith("mood-"));
      assert.equal(await textOf(4), `model mood_2 { load: "runs/${id}" }`);
      await book.run(4);
      await book.ran(4);
      assert.equal(await book.cell(4).locator(".jp-OutputArea-output[data-mime-type*=error]").count(), 0);
      await book.run(3);
    });
    it("keeps its content when the kernel restarts, and shows the plan again", async () => {
      await book.command("Restart Kernel…");
      await book.page.locator(".jp-Dialog .jp-mod-accept").click();
      await panel().getByRole("heading", { name: /mood/, level: 2 }).waitFor();
      await book.kernelReady();
      await panel().getByRole("group", { name: "Differences" }).getByRole("cell", { name: "batch_size" }).waitFor();
      await tab("Plan");
      await setting("technique.rank", "8").waitFor({ timeout: 20_000 });
      await tab("Runs");
      await panel().getByRole("heading", { name: /mood/, level: 2 }).waitFor();
    });
    it("puts the program of a run into a new cell", async () => {
      await panel().getByRole("button", { name: "Train again" }).click();
      await book.page.waitForFunction(
        () =>
          (
            globalThis as never as { document: { querySelectorAll(s: string): { length: number } } }
          ).document.querySelectorAll(".jp-Notebook .jp-CodeCell").length === 6,
      );
      const text = await book.page.locator(".jp-Notebook .jp-CodeCell.jp-mod-active .cm-content").innerText();
      assert.match(text, /^data reviews/);
      assert.match(text, /train mood on reviews as mood_again/);
      await panel().getByRole("button", { name: "← All runs" }).click();
      await panel().getByRole("list", { name: "Runs" }).waitFor();
    });
    it("deletes only the chosen run, after confirmation", async () => {
      await panel().getByRole("searchbox").fill("old_5");
      const row = panel()
        .getByRole("list", { name: "Runs" })
        .getByRole("button", { name: /^old_5\b/ });
      await row.first().click();
      const before = readdirSync(runs);
      const [mine] = before.filter((name) => name.startsWith("old_5-"));
      for (const button of ["Cancel", "Delete"]) {
        await panel().getByRole("button", { name: "Delete", exact: true }).click();
        const dialog = book.page.locator(".jp-Dialog");
        await dialog.getByText("is removed from the disk").waitFor();
        if (button === "Delete") await book.picture("delete");
        await dialog.getByRole("button", { name: button }).click();
        if (button === "Cancel") assert.ok(existsSync(join(runs, mine!)));
      }
      await panel().getByRole("searchbox").waitFor({ timeout: 10_000 });
      assert.deepEqual(readdirSync(runs).sort(), before.filter((name) => name !== mine).sort());
    });
    it("drops a run that was deleted outside", async () => {
      const [one] = readdirSync(runs).filter((name) => name.startsWith("old_6-"));
      await panel().getByRole("searchbox").fill("old_6-");
      await panel()
        .getByText(/^1 of \d+ runs$/)
        .waitFor();
      const row = panel()
        .getByRole("list", { name: "Runs" })
        .getByRole("button", { name: /^old_6\b/ });
      await row.waitFor();
      rmSync(join(runs, one!), { recursive: true });
      await row.waitFor({ state: "detached", timeout: 10_000 });
      await panel()
        .getByText(/^0 of \d+ runs$/)
        .waitFor();
      await panel().getByRole("searchbox").fill("");
    });

    it("follows the active notebook, and leaves no comm open for closed ones", async () => {
      await tab("Plan");
      assert.deepEqual(await lab.comms(), [1]);
      for (let i = 0; i < 2; i++) {
        await openBeside("other.ipynb");
        await panel().getByText("batchsize", { exact: false }).first().waitFor({ timeout: 20_000 });
        await book.page.locator(".jp-Notebook:visible .cm-lintRange-error").first().waitFor({ timeout: 20_000 });
        await book.page.keyboard.press("Escape");
        await closeActive();
        await setting("technique.rank", "8").waitFor({ timeout: 20_000 });
      }
      assert.deepEqual(
        (await lab.comms()).toSorted(),
        [0, 1],
        "the kernel of the closed notebook is asked nothing more",
      );
    });
    it("is restored after a reload", async () => {
      await until(
        () => lab.kept().includes("panel.ipynb") && !lab.kept().includes("other.ipynb"),
        () => lab.kept(),
      );
      await book.page.goto(book.page.url().replace(/\?.*/, ""));
      await book.kernelReady();
      await setting("technique.rank", "8").waitFor({ timeout: 30_000 });
    });
    it("shows squiggles after cells move or are deleted, and after kernel kills and restarts", async () => {
      await openBeside("other.ipynb");
      const marks = book.page.locator(".jp-Notebook:visible .cm-lintRange-error");
      const marked = (text: string): Promise<void> =>
        marks.filter({ hasText: text }).first().waitFor({ timeout: 30_000 });
      await marked("batchsize");
      const cell = (n: number): Locator => book.page.locator(".jp-Notebook:visible .jp-CodeCell").nth(n);
      const keys = async (...all: readonly string[]): Promise<void> => {
        for (const key of all) await book.page.keyboard.press(key);
      };
      await cell(0).locator(".cm-content").click();
      await keys("Escape", "b", "Enter");
      await book.page.keyboard.insertText("recipe s { epoch: 1 }");
      await marked("epoch");
      await keys("Escape", "Control+Shift+ArrowUp");
      await cell(0).getByText("recipe s").first().waitFor();
      await cell(0).locator(".cm-lintRange-error").waitFor({ timeout: 30_000 });
      await keys("d", "d");
      await marks.filter({ hasText: /^epoch$/ }).waitFor({ state: "detached" });
      await marked("batchsize");
      await cell(0).locator(".cm-content").click();
      await keys("Escape", "b", "Enter");
      await book.page.keyboard.insertText('process.kill(process.pid, "SIGKILL")');
      await keys("Control+Enter");
      await book.page
        .locator(".jp-Dialog")
        .getByText(/restart/i)
        .first()
        .waitFor({ timeout: 30_000 });
      await book.page.locator(".jp-Dialog .jp-mod-accept").click();
      await panel().getByText("The kernel is starting …").waitFor({ state: "detached", timeout: 60_000 });
      await marked("batchsize");
      await book.page.getByRole("menuitem", { name: "Kernel", exact: true }).click();
      await book.page.getByText("Shut Down Kernel", { exact: true }).click();
      await marks.first().waitFor({ state: "detached", timeout: 30_000 });
      await panel().getByRole("status").first().waitFor();
      await book.picture("shut-down");
      await closeActive();
    });
    it("is readable in the dark theme", async () => {
      await book.theme("Dark");
      await panel().locator(".tunebook-card").first().waitFor({ timeout: 20_000 });
      await assertReadable(book.page, "#tunebook-panel");
      await book.picture("dark-plan");
      await tab("Runs");
      await panel().getByRole("list", { name: "Runs" }).getByRole("button").first().click();
      await panel().locator(".js-plotly-plot .trace").first().waitFor({ timeout: 20_000 });
      await assertReadable(book.page, "#tunebook-panel .tunebook-facts");
      await book.picture("dark-run");
      await panel().getByRole("checkbox", { name: "learning rate and gradient norm" }).check();
      await panel().getByText("Model card").click();
      await panel().getByRole("heading", { name: "Scores" }).scrollIntoViewIfNeeded();
      await assertReadable(book.page, "#tunebook-panel .tunebook-prose p");
      await book.picture("dark-card");
      await book.theme("Light");
    });
    it("causes no error in the page", () => {
      assert.deepEqual(complaints, []);
    });

    async function openBeside(name: string): Promise<void> {
      await book.page.locator(".jp-DirListing-item", { hasText: name }).first().dblclick();
      await book.page.locator(".lm-TabBar-tab.jp-mod-current", { hasText: name }).first().waitFor({ timeout: 20_000 });
    }
    /** Closes the active notebook; saves it if prompted. */
    async function closeActive(): Promise<void> {
      const tabs = book.page.locator("#jp-main-dock-panel .lm-TabBar-tab[role=tab]");
      const before = await tabs.count();
      await book.page
        .locator("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon")
        .first()
        .click();
      const save = book.page.locator(".jp-Dialog").getByRole("button", { name: "Save", exact: true });
      for (const end = Date.now() + 20_000; Date.now() < end && (await tabs.count()) >= before; await sleep(100))
        if (await save.isVisible()) await save.click();
    }
  });
