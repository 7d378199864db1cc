/** `show` in a notebook: the output of each compiler phase for a training. */
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NotebookOfOne } from "./notebook-of-one.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const golden = (phase: string): string =>
  readFileSync(join(root, "tests", "golden", "phases", `${phase}.txt`), "utf8").trimEnd();

describe("show by compiler phase", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const shown = async (statement: string): Promise<string> =>
    (await book.run(statement))
      .map(({ bundle }) => String(bundle["text/plain"]))
      .join("\n")
      .trimEnd();
  before(async () => {
    book = new NotebookOfOne();
    cpSync(join(root, "docs", "compiler", "tickets.csv"), join(book.folder, "tickets.csv"));
    const program = readFileSync(join(root, "docs", "compiler", "program.tune"), "utf8");
    const [definitions = "", training = ""] = program.split(/^(?=train )/m);
    await book.run(definitions);
    assert.match(await shown("show router.tree"), /^statement model {2}6:1-11:2\n/);
    await book.run(training);
  });
  after(() => book.close());

  it("prints the syntax tree of a name from any cell", async () => {
    assert.match(await shown("show tickets.tree"), /^statement data {2}2:1-5:2\n {2}operand word tickets/);
  });
  it("prints graph, passes and program as the command line does", async () => {
    for (const phase of ["graph", "passes", "program"])
      assert.equal(await shown(`show router.${phase}`), golden(phase), phase);
  });
  it("prints what the engine gets", async () => {
    assert.equal(await shown("show router.emitted"), golden("tensorflow"));
  });

  it("is brief if a statement says so: the first line of each output, with the rest folded", async () => {
    const outputs = await book.run("train router on tickets as brief_one { show: brief }");
    const plain = outputs.map(({ bundle }) => String(bundle["text/plain"]));
    assert.ok(plain.length > 1 && plain.every((one) => !one.includes("\n")), plain.join("\n"));
    assert.ok(plain.some((one) => one.startsWith("Plan of brief_one")));
    const html = outputs.flatMap(({ bundle }) =>
      typeof bundle["text/html"] === "string" ? [bundle["text/html"]] : [],
    );
    assert.ok(html.length > 0 && html.every((one) => /^<details[^>]*><summary[^>]*>[^<]+<\/summary>/.test(one)));
  });
});
