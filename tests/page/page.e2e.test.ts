/**
 * The page as a person uses it, opened from a file: a wrong key is fixed, a dropped file's columns complete, and a
 * value under the mouse shows its result. Plan and graph follow what is typed, and nothing leaves the page.
 * TUNEBOOK_KEEP=1 keeps pictures.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import { checkFile } from "#kernel/apps/checking/checking.js";
import { built, Pages, root, type Built, type Playground } from "./browser.js";

const tickets = `data tickets {
  source: csv("own.csv")
  columns: { text: body, label: team }
  split: random(train: 60%, test: 40%)
}
model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }
train router on tickets { epochs: 2 }
`;
const own = `body,team,customer\n${Array.from({ length: 20 }, (_, i) => `text number ${i},${i % 2 ? "a" : "b"},c${i}`).join("\n")}\n`;

describe("playground page", function () {
  this.timeout(120_000);
  let made: Built;
  let pages: Pages;
  let home: Playground;
  before(async () => {
    made = await built();
    pages = await Pages.of(made.file);
    home = await pages.open();
  });
  after(() => pages.close());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await home.picture("failed");
  });

  it("is one small file without Node code", async () => {
    const all = [...made.inputs.worker, ...made.inputs.app];
    assert.deepEqual(
      all.filter((input) =>
        /^node:|\(disabled\)|stdlib\/platform|kernel\/(apps|engines|fetch|session\/answers)/.test(input),
      ),
      [],
    );
    assert.ok(all.some((input) => input.endsWith("dist/dsl/compiler/program/compile.js")));
    console.log(
      `      ${Math.round(made.bytes / 1000)} kB, ${Math.round(made.gzip / 1000)} kB gzipped; first check ended ${await home.checked()} ms after the page was opened`,
    );
    assert.match(readFileSync(join(made.file, "../licences.txt"), "utf8"), /^chevrotain 11[^]*^micromark 4/m);
    assert.ok(made.gzip < 810_000, `${made.gzip} bytes gzipped`);
  });

  it("plans the quickstart like the command line", async () => {
    const folder = join(pages.folder, "quickstart");
    mkdirSync(folder, { recursive: true });
    // The page contains three rows of every five.
    const rows = readFileSync(join(root, "notebooks/data/sentiment.csv"), "utf8").split(/(?<=\n)/);
    mkdirSync(join(folder, "data"), { recursive: true });
    writeFileSync(join(folder, "data/sentiment.csv"), rows.filter((_, i) => i % 5 < 3).join(""));
    const file = join(folder, "quickstart.tune");
    writeFileSync(file, await home.text());
    const { actions } = await checkFile(file);
    const plan = actions.flatMap((action) => (action.verb === "train" ? [action.plan] : []))[0]!;
    const shown = await home.shows(plan.recipeHash.slice(0, 12));
    const told = String(planCardView(plan).bundle["text/plain"]);
    for (const [name, value] of [...told.matchAll(/^(parameters|trained|steps|tokens|memory) +(\S+)/gm)].map((m) => [
      m[1]!,
      m[2]!,
    ]))
      assert.ok(shown.includes(value!), `${name} ${value}`);
    assert.match(shown, /technique\.alpha\s+16\s+2 × rank/);
    await home.picture("plan");
  });

  it("fixes a wrong key with the button in its message", async () => {
    const before = await home.text();
    await home.write(before.replace("columns:", "colums:"));
    const mark = home.page.locator(".cm-lintRange-error").first();
    await mark.waitFor();
    await home.page.locator("#problems").getByText("has no key").waitFor();
    await home.page.locator("#stale", { hasText: "Mend the mistake first" }).waitFor();
    await mark.hover();
    const tip = home.page.locator(".cm-tooltip-lint");
    await tip.getByText("has no key").waitFor();
    await home.picture("fix");
    await tip.locator(".cm-diagnosticAction").click();
    await home.verdict("No mistakes.");
    assert.equal(await home.text(), before);
  });

  it("fixes all mistakes of the example with the buttons of the list", async () => {
    const page = await pages.open({ hash: "#mistakes" });
    for (let left = 10; left > 0; left--) {
      const fix = page.page.locator("#problems .fix").first();
      await Promise.race([
        fix.waitFor({ timeout: 20_000 }),
        page.page.locator('#verdict[data-is="good"]').waitFor({ timeout: 20_000 }),
      ]);
      if (!(await fix.isVisible())) break;
      const before = await page.checked();
      await fix.evaluate((button) => (button as HTMLElement).click());
      await page.page.waitForFunction((old) => Number(document.documentElement.dataset["checked"]) > old, before);
    }
    await page.verdict("No mistakes.");
    assert.match(
      await page.text(),
      /label: label .*base: "all-MiniLM-L6-v2".*rank: 8.*learning_rate: 2e-3.*train mood/s,
    );
    await page.page.close();
  });

  it("reads the columns of a dropped file, completes them and plans with its rows", async () => {
    await home.drop({ "own.csv": own });
    await home.page.locator("#files", { hasText: "20 rows: body, team, customer" }).waitFor();
    await home.write(tickets.replace("label: team }", "label:  }"));
    await home.page.keyboard.press("Control+Home");
    for (let i = 0; i < 2; i++) await home.page.keyboard.press("ArrowDown");
    await home.page.keyboard.press("End");
    for (let i = 0; i < 2; i++) await home.page.keyboard.press("ArrowLeft");
    await home.page.keyboard.type("t", { delay: 40 });
    const list = home.page.locator(".cm-tooltip-autocomplete");
    await list.getByText("team", { exact: true }).waitFor();
    await home.picture("columns");
    await home.page.waitForTimeout(200); // a list that has just opened accepts no key yet
    await home.page.keyboard.press("Tab");
    await home.verdict("No mistakes.");
    assert.match(await home.text(), /label: team }/);
    await home.shows(/Plan of router[^]*12 rows/);
    await home.tab("Data").click();
    await home.shows(/20 rows in, 20 kept/);
    await home.tab("Plan").click();
  });

  it("detects the delimiter of a file and reports it", async () => {
    const page = await pages.open();
    await page.drop({ "own.csv": own.replaceAll(",", ";") });
    await page.write(tickets);
    await page.verdict("No mistakes.");
    await page.tab("Data").click();
    await page.shows(/own\.csv: ";" between fields/);
    await page.page.close();
  });

  it("reads fastText lines with several labels, which have no single-label column", async () => {
    const page = await pages.open();
    const lines = Array.from({ length: 20 }, (_, i) => `__label__a ${i % 2 ? "__label__b " : ""}text number ${i}`);
    await page.drop({ "many.txt": lines.join("\n") });
    await page.write(
      'data d {\n  source: fasttext("many.txt")\n  columns: { text: text, labels: labels }\n  split: random(train: 60%, test: 40%)\n}\n',
    );
    await page.verdict("No mistakes.");
    await page.tab("Data").click();
    await page.shows(/20 rows in, 20 kept/);
    await page.page.close();
  });

  it("shows the computed meaning of a value, and the possible arguments in parentheses", async () => {
    await home.write(tickets);
    await home.verdict("No mistakes.");
    await home.word("8").hover();
    const hover = home.page.locator(".tunebook-hover");
    await hover.getByText(/73,728 parameters train/).waitFor();
    await home.picture("hover");
    await home.page.mouse.move(5, 5);
    await hover.waitFor({ state: "detached" });
    await home.page.locator(".cm-content").click();
    await home.page.keyboard.press("Control+End");
    await home.page.keyboard.type("recipe slow { optimizer: adamw(", { delay: 15 });
    await home.page.keyboard.press("Escape");
    await home.page
      .locator(".signature b", { hasText: /^$|learning_rate/ })
      .or(home.page.locator(".signature"))
      .first()
      .waitFor();
    assert.match(await home.page.locator(".signature").innerText(), /^adamw\(learning_rate:/);
    await home.picture("signature");
  });

  it("redraws plan, graph, program and tree when the text changes", async () => {
    await home.write(tickets);
    await home.shows(/73,858|74,498/);
    await home.tab("Graph").click();
    const graph = home.page.locator('#view[data-view="graph"] img');
    await graph.waitFor();
    const [first, told] = [await graph.getAttribute("src"), await graph.getAttribute("alt")];
    assert.match(told ?? "", /router: one training step/);
    await home.write(tickets.replace("rank: 8", "rank: 16"));
    await home.page.waitForFunction((old) => document.querySelector("#view img")?.getAttribute("src") !== old, first);
    await home.picture("graph");
    await home.tab("Program").click();
    assert.match(await home.shows("lora_A"), /query\.lora_A\.weight"\) : f32\[16, 384\]/);
    await home.tab("Tree").click();
    const tree = await home.shows("statement");
    assert.match(tree, /rank\s*argument\s*16\s*number/);
    await home.page.locator("#view button", { hasText: "16" }).first().click();
    assert.equal(await home.page.evaluate(() => getSelection()?.toString()), "16");
    await home.tab("Plan").click();
    await home.shows("lora(rank: 16");
  });

  it("formats with its keyboard shortcut, and explains why it skips a text with mistakes", async () => {
    await home.write("recipe   quick {epochs:3,batch_size :16}");
    await home.page.keyboard.press("Alt+Shift+F");
    await home.page.locator(".cm-content", { hasText: "recipe quick { epochs: 3, batch_size: 16 }" }).waitFor();
    await home.page.keyboard.press("Control+z");
    assert.equal(await home.text(), "recipe   quick {epochs:3,batch_size :16}");
    await home.write("recipe quick { epochs: ");
    await home.page.keyboard.press("Escape");
    await home.page.getByRole("button", { name: "Format" }).click();
    await home.page.locator("#said", { hasText: "mistakes of syntax" }).waitFor();
  });

  it("stores the program in its URL, and opens shared links", async () => {
    const before = await home.page.evaluate(() => location.hash);
    await home.write(`// naïve → 你好\n${tickets}`);
    await home.page.waitForFunction((old) => location.hash.startsWith("#p=") && location.hash !== old, before);
    await home.verdict("No mistakes.");
    const hash = await home.page.evaluate(() => location.hash);
    const other = await pages.open({ hash });
    await other.page.locator(".cm-content", { hasText: "naïve → 你好" }).waitFor();
    assert.equal(await other.text(), await home.text());
    const broken = await pages.open({ hash: `${hash.slice(0, 20)}` });
    assert.match(await broken.text(), /data reviews/);
    await Promise.all([other.page.close(), broken.page.close()]);
  });

  it("reads a model's config.json as a base, and counts its trainable parameters", async () => {
    const config = { model_type: "gpt2", n_embd: 64, n_layer: 2, n_head: 2, n_positions: 128, vocab_size: 500 };
    await home.drop({ "own.csv": own, "config.json": JSON.stringify({ ...config, _name_or_path: "me/tiny-writer" }) });
    await home.page.locator("#files", { hasText: "tiny-writer/config.json" }).waitFor();
    await home.write(`data notes { source: csv("own.csv"), columns: { text: body }, split: random(train: 90%, validation: 10%) }
model writer { base: "tiny-writer", task: text_generation, technique: full }
train writer on notes { steps: 10 }`);
    await home.verdict("No mistakes.");
    // 500·64 + 128·64 of embeddings, two blocks of 12·64² + 13·64, and a last norm.
    const count = 500 * 64 + 128 * 64 + 2 * (12 * 64 * 64 + 13 * 64) + 2 * 64;
    await home.shows(count.toLocaleString("en-US"));
    await home.page.locator("#notes", { hasText: "guessed for tiny-writer" }).waitFor();
  });

  it("opens a dropped program, and forgets a removed file", async () => {
    const page = await pages.open();
    await page.drop({ "own.csv": own, "mine.tune": tickets, "weights.safetensors": "x" }, ["own.csv", "mine.tune"]);
    await page.page.locator("#said", { hasText: "weights.safetensors" }).waitFor();
    await page.shows("Plan of router");
    await page.page.getByRole("button", { name: "Remove own.csv" }).click();
    await page.page.locator("#problems", { hasText: "own.csv" }).waitFor();
    await page.page.close();
  });

  it("greys out the results of the previous program until a slow check ends", async () => {
    const page = await pages.open();
    await page.shows("Plan of");
    const letGo = await page.holdChecks();
    await page.write(tickets);
    await page.page.locator("#verdict", { hasText: /^checking…$/ }).waitFor();
    assert.equal(await page.page.locator("#speed").innerText(), "");
    assert.equal(await page.page.locator("#view.old", { hasText: "Plan of" }).count(), 1);
    // The check of the first files must not be shown as that of the second.
    await page.drop({ "own.csv": own });
    await letGo();
    await page.verdict("No mistakes.");
    await page.shows("Plan of router");
    assert.match(await page.page.locator("#speed").innerText(), /^checked in/);
    await page.page.close();
  });

  it("reports a training that needs more memory than the machine has", async () => {
    const page = await pages.open({ hash: "#large" });
    await page.verdict("No mistakes.");
    await page.page.getByLabel("GiB").fill("4");
    await page.page.keyboard.press("Enter");
    await page.page.locator("#problems", { hasText: "this machine has" }).waitFor();
    await page.page.close();
  });

  it("treats hostile names and data as text", async () => {
    const evil = `<img src=x onerror="window.taken=1"><script>window.taken=1</script>`;
    const page = await pages.open();
    await page.drop({
      "evil.csv": `body,"${evil.replaceAll('"', '""')}"\n${Array.from({ length: 6 }, (_, i) => `"${evil.replaceAll('"', '""')} ${i}",${i % 2 ? "<b>a</b>" : "&amp;"}`).join("\n")}\n`,
    });
    await page.write(
      tickets
        .replace("own.csv", "evil.csv")
        .replace("label: team", `label: ${JSON.stringify(evil)}`)

        .replace("60%", "50%")
        .replace("40%", "50%"),
    );
    await page.verdict(/No mistakes|remark/);
    await page.tab("Data").click();
    assert.match(await page.shows("<b>a</b>"), /<script>window\.taken=1<\/script>/);
    await page.write(
      tickets
        .replace("own.csv", "evil.csv")
        .replace("label: team", `label: ${JSON.stringify(evil)}`)
        .replace("all-MiniLM-L6-v2", "<b onmouseover=alert(1)>x</b>"),
    );
    await page.page.locator("#problems", { hasText: "<b onmouseover=alert(1)>x</b>" }).waitFor();
    assert.equal(await page.page.evaluate(() => (window as unknown as { taken?: number }).taken), undefined);
    assert.equal(await page.page.locator("#view script, #problems b, #files img, #view img[src=x]").count(), 0);
    await page.page.close();
  });

  it("opens every example without mistakes", async () => {
    const page = await pages.open();
    const ids = await page.page
      .locator("#examples option")
      .evaluateAll((options) => options.map((o) => (o as HTMLOptionElement).value));
    assert.ok(ids.length >= 10);
    for (const id of ids.filter((one) => one !== "mistakes")) {
      await page.page.selectOption("#examples", id);
      await page.page.waitForFunction((hash) => location.hash === hash || hash === "#quickstart", `#${id}`);
      const is = page.page.locator("#verdict:is([data-is=good], [data-is=warn])");
      await is
        .waitFor({ timeout: 20_000 })
        .catch(async () => assert.fail(`${id}: ${await page.page.locator("#problems").innerText()}`));
      await page.shows("Plan of ");
    }
    await page.page.close();
  });

  it("works with the keyboard alone, at phone width and in dark mode", async () => {
    const page = await pages.open({ width: 390, height: 844, dark: true });
    const view = page.page.locator("#view:not(.old)").filter({ hasText: "2 × rank" });
    await view.waitFor();
    assert.equal(await view.evaluate((box) => box.scrollWidth - box.clientWidth), 0, "all of the plan is in sight");
    assert.ok(await page.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.match(
      await page.page.evaluate(() => getComputedStyle(document.body).backgroundColor),
      /rgb\((\d|1\d|2\d), /,
    );
    await page.tab("Plan").focus();
    await page.page.keyboard.press("ArrowRight");
    await page.page.locator('#view[data-view="graph"] img').waitFor();
    assert.equal(await page.page.evaluate(() => document.activeElement?.id), "tab-graph");
    await page.picture("phone");
    const nameless = await page.page.evaluate(() =>
      [...document.querySelectorAll("button, input, select, a")]
        .filter(
          (e) =>
            !(e.textContent ?? "").trim() && !e.getAttribute("aria-label") && !(e as HTMLInputElement).labels?.length,
        )
        .map((e) => e.outerHTML),
    );
    assert.deepEqual(nameless, []);
    await page.page.close();
  });

  it("makes no network request and reports no error", () => {
    assert.deepEqual(pages.complaints, []);
  });
});
