// Tests the extension in a real VS Code, in a headless browser: `npm run try:vscode` (after `npm run build`). It packs
// the extension, installs the archive as a user would, and performs user actions; screenshots of each step are in
// dist/vscode/try. It is not part of the tests: downloading VS Code takes about 600 MB and minutes.
import { spawn, execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { chromiumArguments, ensureBrowser } from "../../tools/browser.mjs";
import { ensureCodeServer } from "../../tools/code-server.mjs";
import { buildVsix } from "./build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pictures = join(root, "dist", "vscode", "try");
const program = `// Which reviews are happy?
data reviews {
  source: csv("data/sentiment.csv")
  columns: { text: text, label: labl }
  clean: [unicode, drop_empty, drop_duplicates]
  split: by_column(part)
}
model mood { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }
parameters { rate: 2e-3 }
recipe quick {
  epochs: 3
  schedule: linear(warmup: 10%)
  optimizer: adamw(learning_rate: $rate)
}

/* train, and
   look */
train mood on reviews with quick as best
evaluate best on reviews.test { metrics: [accuracy, f1(macro)] }
`;

const say = (line) => console.log(line);
const code = await ensureCodeServer({ onProgress: say });
const archive = await buildVsix();
const place = await mkdtemp(join(tmpdir(), "tunebook-vscode-"));
const settings = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.colorTheme": "Dark Modern",
};
const env = { ...process.env, XDG_CONFIG_HOME: join(place, "config"), XDG_DATA_HOME: join(place, "data") };
const folders = ["--user-data-dir", join(place, "user"), "--extensions-dir", join(place, "extensions")];
let server;
let browser;
let failed = 0;
try {
  await mkdir(join(place, "user", "User"), { recursive: true });
  await writeFile(join(place, "user", "User", "settings.json"), JSON.stringify(settings));
  await rm(pictures, { recursive: true, force: true });
  await mkdir(pictures, { recursive: true });
  const { stdout } = await promisify(execFile)(code.node, [code.program, ...folders, "--install-extension", archive], {
    env,
  });
  step("the archive installs", /successfully installed/.test(stdout));
  const { port, ready } = start();
  await ready;
  browser = await chromium.launch({ executablePath: await ensureBrowser(), args: chromiumArguments });
  const alone = await workspace("alone");
  await seen(tryProgram, await open(port, alone));
  await seen(tryNotebook, await open(port, alone));
  await seen(tryMistakesInCells, await open(port, alone));
  // If Tunebook is installed in the folder, its own server is found, and it makes plans.
  const beside = await workspace("beside");
  await mkdir(join(beside, "node_modules"));
  await symlink(root, join(beside, "node_modules", "tunebook"), "dir");
  await writeFile(join(beside, "mood.tune"), program.replace("labl", "label"));
  await seen(tryPlan, await open(port, beside));
} finally {
  await browser?.close();
  server?.kill();
  await rm(place, { recursive: true, force: true });
}
say(failed === 0 ? `all as it should be; pictures in ${pictures}` : `${failed} steps failed; pictures in ${pictures}`);
process.exitCode = failed === 0 ? 0 : 1;

/** A step that throws, including by timeout, counts as failed; a screenshot shows the state. */
async function seen(tries, page) {
  try {
    await tries(page);
  } catch (error) {
    step(`${tries.name}: ${error.message.split("\n")[0]}`, false);
    await picture(page, `failed-${tries.name}`);
  }
}

async function tryProgram(page) {
  await page.getByRole("treeitem", { name: "mood.tune" }).dblclick();
  step("a mistake is found, against the file's header", await problems(page, 1));
  step("comments are coloured unlike strings", await unlike(page, "// Which", '"data/sentiment.csv"'));
  step("verbs that define are coloured unlike those that act", await unlike(page, "data", "train"));
  await picture(page, "1-program");
  await page.locator(".squiggly-error").first().waitFor();
  await page.getByText("labl", { exact: true }).dblclick();
  await command(page, "Quick Fix...");
  step("a fix is offered", await appears(page.locator(".action-widget", { hasText: "write label" })));
  await picture(page, "2-fix");
  await page.keyboard.press("Enter");
  step("the fix mends it", await problems(page, 0));
  await page.getByText("epochs", { exact: true }).click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("bat", { delay: 80 });
  const row = page.locator(".suggest-widget .monaco-list-row", { hasText: "batch_size" });
  step("completion knows the keys of a recipe", await appears(row));
  await picture(page, "3-completion");
  await page.keyboard.press("Enter");
  await page.keyboard.type("16");
  await page.getByText("warmup", { exact: true }).hover();
  step("the mouse over a key shows its page", await appears(page.locator(".monaco-hover", { hasText: "of linear" })));
  await picture(page, "4-hover");
  await command(page, "Tune: Show Plan");
  step("without Tunebook a plan says what it needs", await appears(page.getByText(/Plans need Tunebook itself/)));
}

async function tryNotebook(page) {
  await page.waitForTimeout(8000); // until VS Code has loaded its notebook support, it opens a notebook as text
  await page.getByRole("treeitem", { name: "quickstart.ipynb" }).dblclick();
  await page.locator(".notebookOverlay .view-line", { hasText: "parameters" }).first().waitFor();
  await page.waitForTimeout(20_000); // TypeScript's server would report its errors within this time
  const wrong = await countOfProblems(page);
  step(`TypeScript is silent about Tune cells (${wrong} problems in the notebook)`, wrong < 10);
  step("a Tune cell is coloured as Tune", await unlike(page, "parameters", "rate"));
  await picture(page, "5-notebook");
  await command(page, "Problems: Focus on Problems View");
  await page.waitForTimeout(2000);
  await picture(page, "6-problems-of-notebook");
}

/**
 * Two cells with an error each: Tune's server finds one. TypeScript's finds the other, for which it reports two
 * diagnostics.
 */
async function tryMistakesInCells(page) {
  await page.waitForTimeout(8000);
  await page.getByRole("treeitem", { name: "mistakes.ipynb" }).dblclick();
  await page.locator(".notebookOverlay .view-line", { hasText: "recipe" }).first().waitFor();
  step("each language finds the mistake in its own cell, and no more", await problems(page, 3));
  step("a TypeScript cell is coloured as TypeScript", await unlike(page, "const", "1"));
  await command(page, "Problems: Focus on Problems View");
  step("the mistake in the Tune cell is Tune's", await appears(page.getByText("recipe has no key epoch")));
  await picture(page, "7-mistakes-in-cells");
}

async function tryPlan(page) {
  await page.getByRole("treeitem", { name: "mood.tune" }).dblclick();
  await page.getByText("// Which").first().waitFor();
  await page.getByText("epochs", { exact: true }).click();
  await command(page, "Tune: Show Plan");
  step("with Tunebook the plan is shown", await appears(page.getByText("Plan of best: train mood on reviews").first()));
  step("and is not read as a program", (await countOfProblems(page)) === 0);
  await picture(page, "8-plan");
  await page.close();
}

function start() {
  const port = freePort();
  const ready = port.then(
    (number) =>
      new Promise((listening, reject) => {
        const args = ["--auth", "none", "--bind-addr", `127.0.0.1:${number}`, "--disable-telemetry", ...folders];
        server = spawn(code.node, [code.program, ...args, "--disable-update-check"], { env });
        server.stdout.on("data", (chunk) => /HTTP server listening/.test(chunk) && listening());
        server.once("exit", (status) => reject(new Error(`code-server ended with ${status}`)));
      }),
  );
  return { port, ready };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => probe.once("listening", listening));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

async function workspace(name) {
  const folder = join(place, name);
  await mkdir(join(folder, "data"), { recursive: true });
  await cp(join(root, "notebooks", "data", "sentiment.csv"), join(folder, "data", "sentiment.csv"));
  await writeFile(join(folder, "quickstart.ipynb"), await readFile(join(root, "notebooks", "quickstart.ipynb")));
  await writeFile(join(folder, "mood.tune"), program);
  const cells = ["recipe quick { epoch: 3 }", "const = 1;"].map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const metadata = { language_info: { name: "typescript" }, kernelspec: { name: "tunebook", language: "typescript" } };
  await writeFile(join(folder, "mistakes.ipynb"), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  return folder;
}

async function open(port, folder) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(90_000);
  await page.goto(`http://127.0.0.1:${await port}/?folder=${folder}`);
  await page.getByRole("treeitem", { name: "mood.tune" }).waitFor();
  return page;
}

async function command(page, name) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().waitFor();
  await page.keyboard.type(name, { delay: 20 });
  await page
    .locator(".quick-input-list .monaco-list-row", { hasText: name.replace(/^.*?: /, "") })
    .first()
    .waitFor();
  await page.keyboard.press("Enter");
}

async function countOfProblems(page) {
  const item = page.locator(".statusbar-item[id='status.problems'] [aria-label]").first();
  return Number(/Errors: (\d+)/.exec((await item.getAttribute("aria-label")) ?? "")?.[1] ?? 0);
}
async function problems(page, wanted) {
  const until = Date.now() + 60_000;
  while ((await countOfProblems(page)) !== wanted && Date.now() < until) await page.waitForTimeout(200);
  return (await countOfProblems(page)) === wanted;
}
function appears(what) {
  const shown = what.first().waitFor({ timeout: 60_000 });
  return shown.then(
    () => true,
    () => false,
  );
}
async function unlike(page, one, other) {
  const colour = async (text) => {
    const found = page.locator(".view-line span span", { hasText: text }).first();
    return (await appears(found)) ? found.evaluate((span) => window.getComputedStyle(span).color) : undefined;
  };
  const [first, second] = [await colour(one), await colour(other)];
  return first !== undefined && second !== undefined && first !== second;
}
function picture(page, name) {
  return page.screenshot({ path: join(pictures, `${name}.png`) });
}
function step(what, good) {
  say(`${good ? "✔" : "✘"} ${what}`);
  if (!good) failed += 1;
}
