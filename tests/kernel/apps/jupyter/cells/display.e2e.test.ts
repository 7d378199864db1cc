import assert from "node:assert/strict";
import { Notebook, traceback } from "./notebook.js";

describe("display", () => {
  let book: Notebook;
  before(async () => (book = await Notebook.open()));
  after(() => book.close());

  const shown = async (code: string) => {
    const ran = await book.run(code);
    assert.equal(traceback(ran), "");
    assert.equal(ran.text, undefined, "a display is no result");
    assert.equal(ran.output.displays.length, 1);
    return ran.output.displays[0]!;
  };

  it("shows any value as text", async () =>
    assert.deepEqual((await shown("display({ a: 1 })")).bundle, { "text/plain": "{ a: 1 }" }));
  it("explains how to await a pending promise, but not a settled one", async () => {
    const text = async (code: string): Promise<string> => String((await book.run(code)).text);
    assert.match(await text("new Promise(() => undefined)"), /^Promise \{ <pending> \}\n.*`await` before it/);
    assert.equal(await text("[Promise.resolve(7)].length"), "1");
    assert.equal(await text("({ then: 1 })"), "{ then: 1 }");
  });
  it("shows HTML, Markdown, SVG and bundles, each with a plain-text form", async () => {
    assert.deepEqual((await shown("display.html('<p>a &lt; <b>b</b></p>')")).bundle, {
      "text/html": "<p>a &lt; <b>b</b></p>",
      "text/plain": "a < b",
    });
    assert.deepEqual((await shown("display.markdown('**b**')")).bundle, {
      "text/markdown": "**b**",
      "text/plain": "**b**",
    });
    assert.deepEqual((await shown("display.svg('<svg/>')")).bundle, {
      "image/svg+xml": "<svg/>",
      "text/plain": "[picture]",
    });
    assert.deepEqual((await shown("display.mime({ 'application/json': { a: 1 } })")).bundle, {
      "application/json": { a: 1 },
      "text/plain": "[application/json]",
    });
  });
  it("shows a Plotly figure live and as a picture", async () => {
    const { bundle } = await shown(
      "display.figure({ data: [{ type: 'scatter', x: [1, 2], y: [3, 4], name: 'line' }], layout: { title: 'T' } })",
    );
    assert.ok("application/vnd.plotly.v1+json" in bundle);
    assert.match(String(bundle["text/html"]), /<svg|data:image\/svg/);
  });
  it("shows Arquero tables and rows as escaped tables", async () => {
    const ran = await book.run("import * as aq from 'arquero'; aq.table({ name: ['<script>'], n: [1] })");
    assert.ok(ran.outcome.status === "ok");
    assert.match(String(ran.outcome.result?.bundle["text/html"]), /&lt;script&gt;/);
    assert.doesNotMatch(String(ran.outcome.result?.bundle["text/html"]), /<script>/);
    assert.match(String((await shown("display.table([{ a: 1 }, { a: 2, b: 'x' }])")).bundle["text/html"]), /<table/);
  });
  it("lets objects define their own representation", async () => {
    const ran = await book.run("({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<i>me</i>' }) })");
    assert.ok(ran.outcome.status === "ok");
    assert.deepEqual(ran.outcome.result?.bundle, { "text/html": "<i>me</i>", "text/plain": "me" });
    const wrong = await book.run("display({ [Symbol.for('Jupyter.display')]: () => 'text' })");
    assert.equal(wrong.outcome.status === "error" && wrong.outcome.ename, "not-a-bundle");
  });
  it("updates in place, also from a later cell", async () => {
    const first = await book.run("const handle = display.html('<b>1</b>', { id: 'mine' }); handle.update('<b>2</b>');");
    assert.equal(first.output.displays[0]?.id, "mine");
    assert.deepEqual(first.output.updates, [{ bundle: { "text/html": "<b>2</b>", "text/plain": "2" }, id: "mine" }]);
    const later = await book.run("handle.update('<b>3</b>');");
    assert.equal(later.output.updates[0]?.bundle["text/html"], "<b>3</b>");
    const ids = (await book.run("[display(1).id !== display(1).id]")).text;
    assert.equal(ids, "[ true ]");
  });
  it("is typed in TypeScript", async () =>
    assert.match(traceback(await book.run("display.htlm('x')")), /TS2339.*htlm/));
});
