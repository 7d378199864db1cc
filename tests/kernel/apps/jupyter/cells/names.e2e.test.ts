import assert from "node:assert/strict";
import type { CellLanguage } from "#kernel/apps/jupyter/cells/interpreter.js";
import { Notebook, pause, traceback } from "./notebook.js";

/** A small test language: `set NAME` defines a Tune-like name, `hang` waits for the abort signal. */
const toy: CellLanguage = {
  name: "toy",
  owns: (code) => code.startsWith("set ") || code === "hang" || code === "stubborn",
  async execute({ code, output }, { signal, names }) {
    if (code === "hang") {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return { status: "error", ename: "Stopped", evalue: "politely", traceback: [] };
    }
    if (code === "stubborn") await new Promise(() => undefined);
    names.define(
      code.slice(4),
      { history: [1, 2], predict: (texts: string[]) => texts.length },
      "{ readonly history: number[]; predict(texts: string[]): number; later?: Later }",
    );
    output.stream("stdout", "defined\n");
    return { status: "ok", userExpressions: {} };
  },
};

describe("names shared by TypeScript and Tune", () => {
  let book: Notebook;
  before(async () => (book = await Notebook.open([toy], "interface Later { readonly at: Date }")));
  after(() => book.close());

  it("are shared with their types", async () => {
    assert.equal((await book.run("set router")).output.stdout, "defined\n");
    assert.equal(
      (await book.run("[router.history.length, router.predict(['a']), router.later?.at]")).text,
      "[ 2, 1, undefined ]",
    );
    assert.match(traceback(await book.run("router.predict(5)")), /TS2345/);
    assert.match(traceback(await book.run("router = 1")), /TS2588/);
  });
  it("cause an error before anything runs if they clash", async () => {
    const ran = await book.run("let touched = 1; const router = 5;");
    assert.equal(ran.outcome.status === "error" && ran.outcome.ename, "name-is-tune");
    assert.match(traceback(ran), /`routerValue`/);
    assert.match(traceback(await book.run("touched")), /TS2304/);
    await book.run("const mine = 1;");
    assert.match(traceback(await book.run("set mine")), /name-is-typescript[^]*mine_tune/);
  });
  it("survive a failed TypeScript cell, and can be redefined and removed", async () => {
    await book.run("throw new Error('x')");
    await book.run("set router");
    assert.equal((await book.run("router.history[1]")).text, "2");
    book.cells.names.remove("router");
    assert.match(traceback(await book.run("router")), /TS2304/);
    assert.equal((await book.run("const router = 'free'; router")).text, "'free'");
  });
  it("expose TypeScript's names to the other language", async () => {
    await book.run("const rows = [1]; let reached = 2;");
    assert.deepEqual(book.cells.names.get("rows"), { value: [1] });
    assert.equal(book.cells.names.get("nothing"), undefined);
    assert.ok(book.cells.names.typescript().includes("reached"));
  });
  it("allow an interrupt, even if the language ignores the stop signal", async () => {
    const polite = book.start("hang");
    await pause(20);
    book.cells.interpreter.interrupt();
    const { outcome } = await polite.done;
    assert.equal(outcome.status === "error" && outcome.ename, "Stopped");
    const stubborn = book.start("stubborn");
    await pause(20);
    book.cells.interpreter.interrupt();
    const left = (await stubborn.done).outcome;
    assert.equal(left.status === "error" && left.ename, "Interrupted");
  });
});
