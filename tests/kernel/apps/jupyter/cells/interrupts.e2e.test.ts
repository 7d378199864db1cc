import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { interruptedFromOutside, type FromOutside } from "./from-outside.js";
import { Notebook, pause, type Ran } from "./notebook.js";

describe("interrupt", () => {
  let book: Notebook;
  before(async () => {
    book = await Notebook.open();
    await book.run("const wait = (ms: number) => new Promise<void>(r => setTimeout(r, ms)); let i = 0;");
  });
  after(() => book.close());

  const assertInterrupted = ({ outcome }: Ran): void =>
    assert.equal(outcome.status === "error" && outcome.ename, "Interrupted");
  const value = async (code: string): Promise<unknown> => (await book.run(code)).text;
  /** Interrupts a running cell and checks that nothing of it continues: `i` no longer changes. */
  async function stops(code: string): Promise<void> {
    await book.run("i = 0;");
    const { done } = book.start(code);
    for (let tries = 0; tries < 100 && (book.cells.names.get("i")?.value ?? 0) === 0; tries++) await pause(10);
    book.cells.interpreter.interrupt();
    assertInterrupted(await done);
    const then = await value("i");
    assert.notEqual(then, "0", "the cell had begun");
    await pause(60);
    assert.equal(await value("i"), then);
  }

  it("does nothing when idle", async () => {
    book.cells.interpreter.interrupt();
    assert.equal(await value("1 + 1"), "2");
  });
  it("ends a cell that awaits forever, and state survives", async () => {
    await stops("i = 1; let before = 'kept'; await new Promise(() => {}); before = 'lost';");
    assert.equal(await value("before"), "'kept'");
  });
  it("stops a loop after an await", () => stops("while (true) { await wait(2); i++; }"));
  it("stops a loop that catches every error", () => stops("while (true) { try { await wait(2); i++; } catch {} }"));
  it("stops a `for await` loop", () =>
    stops(
      "async function* numbers() { for (;;) { await wait(2); yield 1; } }\nfor await (const n of numbers()) i += n;",
    ));
  it("stops timers started by the cell", () =>
    stops(
      "setInterval(() => { i++; }, 3); const again = () => { i++; setTimeout(again, 3); }; again(); await wait(1e6);",
    ));
  it("stops promise chains", () =>
    stops("const chain = (): Promise<void> => wait(2).then(() => { i++; }).then(chain); await chain();"));
  it("stops functions of earlier cells that the cell calls", async () => {
    await book.run("async function spin() { for (;;) { await wait(2); i++; } }");
    await stops("await spin();");
  });
  it("leaves timers of earlier cells alone", async () => {
    await book.run("let beats = 0; const heart = setInterval(() => { beats++; }, 5);");
    await stops("i = 1; await wait(1e6);");
    const beats = Number(await value("beats"));
    await pause(40);
    assert.ok(Number(await value("beats")) > beats);
    await book.run("clearInterval(heart);");
  });

  for (const [what, code] of [
    ["a loop", "begin(); for (;;) i++;"],
    ["a loop after an await", "await wait(5); begin(); while (true) { i++; }"],
    ["a loop in a timer", "setTimeout(() => { begin(); for (;;) i++; }, 5); await wait(1e6);"],
    [
      "recursion that catches everything",
      "function down(n: number): void { try { if (n < 1000) down(n + 1); } catch {} i++; }\nbegin(); for (;;) down(0);",
    ],
  ] as const)
    it(`stops ${what} through the shared flag`, async () => {
      const { interrupted, i, late } = await interruptedFromOutside(book, "flag", code);
      assert.ok(interrupted);
      assert.notEqual(i, "0");
      assert.equal(late, "late\nown\n");
    });

  it("survives the termination of loops outside the cells", () => {
    // Runs in a separate process: termination would also end mocha's own steps.
    const program = fileURLToPath(new URL("terminated.js", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
    assert.equal(stderr, "");
    const results = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as FromOutside);
    assert.deepEqual(
      results,
      Array.from({ length: 4 }, () => ({ interrupted: true, i: "1", late: "late\nown\n" })),
    );
    assert.equal(status, 0);
  }).timeout(60_000);
});
