import assert from "node:assert/strict";
import { Notebook, pause, traceback } from "./notebook.js";

describe("output of a cell", () => {
  let book: Notebook;
  before(async () => (book = await Notebook.open()));
  after(() => book.close());

  it("contains console and stream writes in order", async () => {
    const { output } = await book.run(
      "console.log('one', { two: 2 }); process.stdout.write('three'); console.error('oops'); console.table([{ a: 1 }]); process.stdout.write(Buffer.from('é')); undefined",
    );
    assert.match(output.stdout, /^one \{ two: 2 \}\nthree┌[^]*┘\né$/);
    assert.equal(output.stderr, "oops\n");
  });
  it("arrives late from timers, promises and ticks while other cells run", async () => {
    const first = await book.run(
      "setTimeout(() => console.log('timer'), 20); setImmediate(() => console.log('immediate')); process.nextTick(() => console.log('tick'));\nqueueMicrotask(() => console.log('microtask')); (async () => { await new Promise(r => setTimeout(r, 25)); console.log('async'); })(); let ticks = 0; const every = setInterval(() => { console.log('interval'); if (++ticks === 2) clearInterval(every); }, 10); undefined",
    );
    const second = await book.run("await new Promise(r => setTimeout(r, 60)); console.log('second');");
    for (const word of ["timer", "immediate", "tick", "microtask", "async"])
      assert.match(first.output.stdout, new RegExp(`^${word}$`, "m"));
    assert.equal(first.output.stdout.match(/interval/g)?.length, 2);
    assert.equal(second.output.stdout, "second\n");
  });
  it("loses none of 50,000 lines", async () => {
    const { output } = await book.run("for (let i = 0; i < 50_000; i++) console.log(i);");
    assert.equal(output.stdout.split("\n").length, 50_001);
  });
  it("shows uncaught errors in their own cell, with their place", async () => {
    const first = await book.run(
      "Promise.reject(new Error('nobody'));\nsetTimeout(() => {\n  throw new TypeError('in a timer');\n}, 5);\nundefined",
    );
    const second = await book.run("await new Promise(r => setTimeout(r, 30));");
    assert.match(first.output.stderr, /Unhandled rejection in Cell \[\d+\]:\nError: nobody\n {2}--> Cell \[\d+\]:1:16/);
    assert.match(
      first.output.stderr,
      /Uncaught error in Cell \[\d+\]:\nTypeError: in a timer\n {2}--> Cell \[\d+\]:3:9/,
    );
    assert.equal(second.output.stderr, "");
  });
  it("ends at process.exit, which stops only the cell", async () => {
    const ran = await book.run("process.exit(3);");
    assert.equal(ran.outcome.status === "error" && ran.outcome.ename, "exit-in-cell");
    assert.match(traceback(ran), /process\.exit\(3\)/);
    assert.equal((await book.run("'alive'")).text, "'alive'");
  });
  it("is cleared by console.clear", async () => {
    assert.deepEqual((await book.run("console.clear(); display.clear(true);")).output.clears, [false, true]);
  });
  it("preserves the promisified form and the handles of timers", async () => {
    await pause(1);
    const ran = await book.run(
      "import { promisify } from 'util'; import timers from 'timers'; const handle = setTimeout(() => 1, 1e6); handle.unref(); clearTimeout(handle);\n[await promisify(setTimeout)(1, 'v'), timers.setTimeout === setTimeout]",
    );
    assert.equal(ran.text, "[ 'v', true ]");
  });
});
