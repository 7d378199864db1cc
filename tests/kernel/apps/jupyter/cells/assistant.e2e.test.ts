import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import type { AssistantMethod, AssistantMethods, AssistantReply } from "#kernel/apps/jupyter/cells/assistant-port.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import { Notebook } from "./notebook.js";

describe("cell assistant", () => {
  let book: Notebook;
  let port: MessagePort;
  let ids = 0;
  before(async () => {
    book = await Notebook.open();
    port = book.cells.assistantPort();
    await book.run(
      "interface Person { name: string; age: number }\n/** Who it is. */\nconst person: Person = { name: 'Ada', age: 36 };",
    );
  });
  after(async () => {
    port.close();
    await book.close();
  });

  function ask<M extends AssistantMethod>(
    method: M,
    params: AssistantMethods[M]["params"],
  ): Promise<AssistantMethods[M]["result"]> {
    const id = ++ids;
    return new Promise((resolve, reject) => {
      const take = (reply: AssistantReply): void => {
        if (reply.id !== id) return;
        port.off("message", take);
        if ("error" in reply) reject(new Error(reply.error.message));
        else resolve(reply.result as AssistantMethods[M]["result"]);
      };
      port.on("message", take);
      port.postMessage({ id, method, params });
    });
  }
  /** `|` marks the cursor. */
  const at = (marked: string) => ({ code: marked.replace("|", ""), offset: marked.indexOf("|") });

  it("completes members of names from earlier cells with their kinds", async () => {
    const { matches, start, end } = await ask("complete", at("const x = 1;\nperson.na|"));
    assert.deepEqual(matches[0], { text: "name", type: "property" });
    assert.deepEqual([start, end], [20, 22]);
    assert.deepEqual(
      (await ask("complete", at("person.|"))).matches.map((m) => m.text),
      ["age", "name"],
    );
  });
  it("completes globals, names and module members", async () => {
    const texts = async (marked: string) => (await ask("complete", at(marked))).matches.map((m) => m.text);
    assert.ok((await texts("pers|")).includes("person"));
    assert.ok((await texts("display.|")).includes("html"));
    assert.ok((await texts("import fs from 'fs'; fs.readF|")).includes("readFileSync"));
    assert.ok((await texts("Promise.|")).includes("allSettled"));
  });
  it("completes names that Tune defines", async () => {
    book.cells.names.define("router", {}, "{ history: number[] }");
    await book.run("router.history"); // the next cell knows it, and from then on the assistant does too
    assert.deepEqual((await ask("complete", at("router.his|"))).matches[0]?.text, "history");
    book.cells.names.remove("router");
  });
  it("inspects a name with its type and documentation", async () => {
    const { found, bundle } = await ask("inspect", { code: "person.name", offset: 9, detail: 0 });
    assert.ok(found);
    assert.match(String(bundle["text/plain"]), /Person\.name: string/);
    const array = await ask("inspect", { code: "[1].map(String)", offset: 5, detail: 0 });
    assert.match(String(array.bundle["text/markdown"]), /```ts[^]*Calls a defined callback/);
    assert.equal((await ask("inspect", { code: "   ", offset: 1, detail: 0 })).found, false);
  });
  it("reports whether a cell is complete", async () => {
    const status = async (code: string) => ask("isComplete", { code });
    assert.deepEqual(await status("const a = 1;"), { status: "complete" });
    assert.deepEqual(await status("function f() {"), { status: "incomplete", indent: "  " });
    assert.deepEqual(await status("if (x) {\n  f(1,"), { status: "incomplete", indent: "  " });
    assert.deepEqual(await status("const t = `open"), { status: "incomplete", indent: "" });
    assert.deepEqual(await status("/* open"), { status: "incomplete", indent: "" });
    assert.deepEqual(await status("const = 3;"), { status: "invalid" });
    assert.deepEqual(await status("'never closed\n"), { status: "invalid" });
  });
  it("responds while a cell runs", async () => {
    const running = book.start("const until = Date.now() + 600; while (Date.now() < until);");
    await new Promise((resolve) => setImmediate(resolve));
    const { matches } = await ask("complete", at("person.na|"));
    assert.equal(matches[0]?.text, "name");
    await running.done;
  });
  it("checks and completes Tune cells using earlier cells and files in the folder", async () => {
    book.file("tickets.csv", "body,team\nhello,a\nworld,b\n");
    const text = 'data tickets {\n  source: csv("tickets.csv")\n  columns: { text: body, label: labl }\n}';
    const { diagnostics } = await ask("check", { code: text });
    assert.deepEqual(
      diagnostics.map(({ severity, from, to }) => [severity, text.slice(from, to)]),
      [["error", "labl"]],
    );
    assert.match(diagnostics[0]?.message ?? "", /no column "labl"/);
    const cell = text.replace("labl", "team");
    book.cells.informAssistant({ sources: [{ id: "cell 1", title: "cell 1", text: cell, cell: 1 }] });
    await book.run("1"); // both requests go to the same thread, in order
    const texts = async (marked: string) => (await ask("complete", at(marked))).matches.map((m) => m.text);
    assert.ok((await texts("train router on tick|")).includes("tickets"));
    assert.ok((await texts("model router { techn| }")).includes("technique: "));
    const { found, bundle } = await ask("inspect", { ...at("model router { technique: lo|ra(rank: 8) }"), detail: 0 });
    assert.ok(found);
    assert.match(String(bundle["text/markdown"]), /rank/);
    assert.deepEqual(await ask("isComplete", { code: "model router {" }), { status: "incomplete", indent: "  " });
    assert.deepEqual(await ask("isComplete", { code: "train router on tickets" }), { status: "complete" });
  });
  it("shows the types of TypeScript values and the files of a folder in completions", async () => {
    await book.run("const lines: { text: string; label: string }[] = [];");
    const of = async (marked: string) => (await ask("complete", at(marked))).matches;
    const lines = (await of("data other { source: $li|")).find(({ text }) => text === "$lines");
    assert.match(lines?.detail ?? "", /^\{ text: string; label: string;? \}\[\]$/);
    book.file("more.csv", "a,b\n1,2\n");
    assert.deepEqual(
      (await of('data other { source: csv("mo|')).map(({ text, type }) => [text, type]),
      [["more.csv", "file"]],
    );
  });
  it("marks a Tune name that TypeScript already uses", async () => {
    const { diagnostics } = await ask("check", { code: 'model person { base: "x", task: text_classification }' });
    assert.ok(diagnostics.some((d) => d.severity === "error" && d.message.includes("person")));
  });
  it("plans the notebook as written, and maps a cursor in TypeScript to the Tune cell before it", async () => {
    const cells = [
      { id: "a", code: 'data mails {\n  source: csv("mails.csv")\n  columns: { text: body, label: team }\n}' },
      { id: "b", code: '%%tune\nmodel small { base: "nowhere", task: text_classification, technique: lora(rank: 0) }' },
      { id: "c", code: "train small on mails { epochs: 2 }" },
      { id: "d", code: "const y = 1;" },
      { id: "e", code: "train small on mails { epochs: 5 } as later" },
    ];
    book.file("mails.csv", "body,team\nhello,a\nworld,b\n");
    const { plan, findings } = await ask("plan", { cells, at: { cell: "d", offset: 3 }, measure: false });
    assert.equal(plan.title, "train small on mails");
    assert.deepEqual(plan.at?.source, "c");
    const rank = findings.find((f) => f.code === "out-of-range");
    assert.deepEqual([rank?.cell, cells[1]!.code.slice(rank!.from, rank!.to)], ["b", "0"]);
    const mended = cells.map((cell) => ({ ...cell, code: cell.code.replace("rank: 0", "rank: 2") }));
    const whole = await ask("plan", { cells: mended, at: { cell: "c", offset: 0 }, measure: false });
    assert.deepEqual(
      whole.findings.map((f) => f.cell),
      ["e"],
    );
    assert.ok(whole.plan.canMeasure);
  });
  it("measures missing plan values, reports what it cannot find and caches the results", async () => {
    cpSync(
      new URL("../../../../../../tests/fixtures/models/chat-llama/", import.meta.url),
      join(book.folder, "llama"),
      {
        recursive: true,
      },
    );
    book.file(
      "texts.jsonl",
      Array.from({ length: 20 }, (_, i) => JSON.stringify({ text: `line ${i} of a text` })).join("\n"),
    );
    const cells = (base: string) => [
      { id: "a", code: 'data lines { source: jsonl("texts.jsonl"), columns: { text: text } }' },
      {
        id: "b",
        code: `model teller { base: "${base}", task: text_generation, max_length: 16 }\ntrain teller on lines { epochs: 2, batch_size: 4 }`,
      },
    ];
    const typed = await ask("plan", { cells: cells("llama"), at: null, measure: false });
    assert.deepEqual([typed.plan.memory, typed.plan.canMeasure], [undefined, true]);
    const { plan } = await ask("plan", { cells: cells("llama"), at: null, measure: true });
    assert.deepEqual([plan.unknown, plan.canMeasure], [[], false]);
    assert.ok((plan.memory?.needs ?? 0) > 1e6);
    const again = await ask("plan", { cells: cells("llama"), at: null, measure: false });
    assert.deepEqual(again.plan.memory, plan.memory);
    const lost = await ask("plan", { cells: cells("./nowhere"), at: null, measure: true });
    assert.ok(lost.findings.some((f) => f.code === "base-not-found" && f.cell === "b"));
  });
  it("lists the runs of the notebook's folder and waits for a change", async () => {
    const query = { ...defaultRunView, limit: 10 };
    const none = await ask("runs", { ...query, since: 0, wait: 0 });
    assert.deepEqual([none.order, none.all], [[], 0]);
    const waiting = ask("runs", { ...query, since: none.revision, wait: 8000 });
    mkdirSync(join(book.folder, "runs", "half-written", "checkpoints"), { recursive: true });
    const { runs } = await waiting;
    assert.deepEqual(
      runs.map((run) => run.id),
      ["half-written"],
    );
    assert.equal((await ask("run", { id: "half-written", against: null }))?.tune, null);
    assert.equal((await ask("deleteRun", { id: "../half-written" })).deleted, false);
  });
  it("reports no diagnostics for TypeScript while it is typed", async () => {
    assert.deepEqual(await ask("check", { code: "const a: string = 1;" }), { diagnostics: [] });
  });
});
