import assert from "node:assert/strict";
import fc from "fast-check";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RequestBatcher, type RequestBatcherOptions } from "#kernel/inference/gathering/gatherer.js";
import { ClockByHand, EngineByHand, settled, word, type Word } from "./by-hand.js";

const MOST = { rows: 4, tokens: 64 };

function gathering(o: Partial<RequestBatcherOptions<Word, string>> = {}) {
  const [clock, engine] = [new ClockByHand(), new EngineByHand()];
  const gatherer = new RequestBatcher<Word, string>({
    ...{ model: "mood", run: engine.run, length: (row: Word) => row.length, gather: 2, queue: 8, most: MOST, clock },
    ...o,
  });
  const ask = (...texts: readonly string[]) => gatherer.ask(texts.map((text) => word(text)));
  return { clock, engine, gatherer, ask };
}
const coded = (code: string) => (error: unknown) => error instanceof CodedError && error.code === code;

describe("batching of requests", () => {
  it("runs rows immediately if no others wait", async () => {
    const { engine, ask } = gathering();
    for (const text of ["one", "two", "three"]) {
      const said = ask(text);
      assert.deepEqual(engine.runs.at(-1), [text]);
      await engine.end();
      assert.deepEqual(await said, [`said of ${text}`]);
    }
    assert.equal(engine.runs.length, 3);
  });
  it("fills the next batch while one runs, and starts it when that ends", async () => {
    const { clock, engine, ask } = gathering();
    const first = ask("a");
    const others = [ask("b"), ask("c")];
    assert.deepEqual(engine.runs, [["a"]]);
    await clock.pass(3);
    await engine.end();
    // Two of the three recent requests wait, and the third may still arrive.
    assert.deepEqual(engine.runs, [["a"]]);
    await clock.pass(2);
    assert.deepEqual(engine.runs.slice(1), [["b", "c"]]);
    await engine.end();
    assert.deepEqual(await first, ["said of a"]);
    assert.deepEqual(await Promise.all(others), [["said of b"], ["said of c"]]);
  });
  it("starts a batch once all recent clients have sent a request", async () => {
    const { engine, ask } = gathering();
    const [a, b] = [ask("a"), ask("b")];
    await engine.end();
    assert.equal(engine.runs.length, 1);
    const again = ask("c");
    assert.deepEqual(engine.runs.slice(1), [["b", "c"]]);
    await engine.end();
    await Promise.all([a, b, again]);
  });
  it("queues one full batch at the engine while another runs, and no more", async () => {
    const { engine, gatherer, ask } = gathering();
    const said = [ask("a"), ask("b", "c", "d", "e"), ask("f", "g", "h", "i")];
    assert.deepEqual(engine.runs, [["a"], ["b", "c", "d", "e"]]);
    assert.deepEqual(gatherer.load(), { waiting: 4, working: 5, batches: 2 });
    await engine.end();
    assert.equal(engine.busy, 2);
    while (engine.busy > 0) await engine.end();
    assert.deepEqual((await Promise.all(said)).flat().length, 9);
    assert.deepEqual(gatherer.load(), { waiting: 0, working: 0, batches: 3 });
  });
  it("combines rows of similar length, the longest first", async () => {
    const { engine, gatherer } = gathering({ most: { rows: 4, tokens: 1000 } });
    const first = gatherer.ask([word("x", 1)]);
    const said = gatherer.ask([word("short", 10), word("long", 200), word("shorter", 9), word("longer", 210)]);
    assert.deepEqual(engine.runs[1], ["longer", "long"]);
    await engine.end();
    assert.deepEqual(engine.runs[2], undefined);
    await engine.end();
    assert.deepEqual(engine.runs[2], ["short", "shorter"]);
    await engine.end();
    assert.deepEqual(
      await said,
      ["short", "long", "shorter", "longer"].map((text) => `said of ${text}`),
    );
    await first;
  });
  it("rejects rows if too many wait, and runs none of them", async () => {
    const { engine, ask } = gathering();
    const said = [ask("a"), ask("b", "c", "d", "e"), ask("f", "g", "h", "i", "j", "k", "l")];
    await assert.rejects(ask("m", "n"), (error) => {
      assert.ok(coded("queue-full")(error));
      assert.deepEqual((error as CodedError).data, { model: "mood", waiting: 7, most: 8 });
      return true;
    });
    said.push(ask("o"));
    while (engine.busy > 0) await engine.end();
    await Promise.all(said);
    assert.ok(!engine.runs.flat().includes("m"));
  });
  it("alternates rows of a large request with those of others, and has space for both", async () => {
    const { engine, gatherer, ask } = gathering();
    const many = gatherer.ask(Array.from({ length: 40 }, (_, i) => word("m", 2 + (i % 2))));
    const few = ask("f");
    let answered = 0;
    void few.then(() => (answered = engine.runs.length));
    for (let i = 0; i < 5; i++) await engine.end();
    assert.ok(answered > 0 && answered < 7, `answered after ${String(answered)} of eleven runs`);
    while (engine.busy > 0) await engine.end();
    assert.equal((await many).length, 40);
  });
  it("removes aborted rows from the queue, and rejects them with the reason", async () => {
    const { engine, gatherer, ask } = gathering();
    const [first, gone] = [ask("a"), new AbortController()];
    const given = gatherer.ask([word("b"), word("c")], gone.signal);
    const stays = ask("d");
    gone.abort(new Error("went away"));
    await assert.rejects(given, /went away/);
    assert.equal(gatherer.load().waiting, 1);
    await engine.end();
    const last = ask("e");
    assert.deepEqual(engine.runs.slice(1), [["d", "e"]]);
    await engine.end();
    await Promise.all([first, stays, last]);
    await assert.rejects(gatherer.ask([word("f")], gone.signal), /went away/);
  });
  it("answers the other requests of a running batch if one is aborted", async () => {
    const { engine, gatherer, ask } = gathering();
    const gone = new AbortController();
    const first = ask("a");
    const [given, stays] = [gatherer.ask([word("b")], gone.signal), ask("c")];
    await engine.end();
    const again = ask("d");
    assert.deepEqual(engine.runs.at(-1), ["b", "c", "d"]);
    gone.abort(new Error("went away"));
    await assert.rejects(given, /went away/);
    await engine.end();
    assert.deepEqual([await stays, await again], [["said of c"], ["said of d"]]);
    await first;
  });
  it("fails the rows of a failed batch, and no others", async () => {
    const { engine, ask } = gathering();
    const [first, second] = [ask("a"), ask("b")];
    await engine.end(new Error("broke"));
    await assert.rejects(first, /broke/);
    const third = ask("c");
    await engine.end();
    assert.deepEqual([await second, await third], [["said of b"], ["said of c"]]);
  });
  it("fails all running and waiting rows if the engine is gone, and runs later ones", async () => {
    const { engine, gatherer, ask } = gathering();
    const said = [ask("a"), ask("b")];
    gatherer.fail(new Error("gone"));
    for (const one of said) await assert.rejects(one, /gone/);
    assert.equal(gatherer.load().waiting, 0);
    await engine.end();
    const later = ask("c");
    await engine.end();
    assert.deepEqual(await later, ["said of c"]);
    assert.ok(!engine.runs.flat().includes("b"));
  });
  it("answers each request exactly once, despite arrivals, aborts and failures", async () => {
    const event = fc.oneof(
      fc.record({ is: fc.constant("ask" as const), rows: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }) }),
      fc.record({ is: fc.constant("abort" as const), which: fc.nat(20) }),
      fc.record({ is: fc.constant("end" as const) }),
      fc.record({ is: fc.constant("break" as const) }),
      fc.record({ is: fc.constant("pass" as const), ms: fc.nat(3) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const { clock, engine, gatherer } = gathering();
        const asked: {
          gone: AbortController;
          rows: readonly Word[];
          said: Promise<PromiseSettledResult<readonly string[]>>;
        }[] = [];
        let broke = 0;
        for (const one of events) {
          if (one.is === "ask") {
            const [gone, n] = [new AbortController(), asked.length];
            const rows = one.rows.map((length, i) => word(`${String(n)}.${String(i)}`, length));
            const said = gatherer.ask(rows, gone.signal);
            asked.push({ gone, rows, said: Promise.allSettled([said]).then(([result]) => result) });
          } else if (one.is === "abort") asked[one.which]?.gone.abort(new Error("went away"));
          else if (one.is === "end") await engine.end();
          else if (one.is === "break" && engine.busy > 0) {
            broke += 1;
            await engine.end(new Error("broke"));
          } else if (one.is === "pass") await clock.pass(one.ms);
          assert.ok(engine.busy <= 2, "more than one batch is at the door");
        }
        for (let i = 0; i < 100 && (engine.busy > 0 || gatherer.load().waiting > 0); i++) {
          await clock.pass(2);
          if (gatherer.load().waiting > 0) assert.ok(engine.busy > 0, "texts wait, and nothing runs");
          await engine.end();
        }
        assert.deepEqual(gatherer.load().waiting, 0);
        const ran = engine.runs.flat();
        assert.equal(new Set(ran).size, ran.length, "a row ran twice");
        for (const batch of engine.runs) assert.ok(batch.length <= MOST.rows);
        for (const { gone, rows, said } of asked) {
          const result = await said;
          if (result.status === "fulfilled")
            assert.deepEqual(
              result.value,
              rows.map(({ text }) => `said of ${text}`),
            );
          else assert.ok(gone.signal.aborted || broke > 0 || coded("queue-full")(result.reason), String(result.reason));
        }
        await settled();
      }),
      { numRuns: 300 },
    );
  });
});
