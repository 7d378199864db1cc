/**
 * `judge` in a program: texts are sent only if the program names a judge, and only to its address. No key is stored.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RefusedError } from "#kernel/session/execution-context.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import type { WrittenContinuation } from "#kernel/inference/prompts.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeT5 } from "../session/small-t5.js";
import { JudgeServer, longer } from "./judge-server.js";

const SECRET = "sk-planted-e2e-9876543210";
const ROWS = 30;

describe("judge in an evaluation", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  let server: JudgeServer;
  const [own, cache] = [process.env["TUNEBOOK_CACHE"], mkdtempSync(join(tmpdir(), "tunebook-judged-"))];
  const model = "judge-of-tests";
  /** Returns the score whose metric name contains the judge's address and model. */
  const judgedIn = (metrics: Readonly<Record<string, number>>): number => {
    const found = Object.entries(metrics).filter(([name]) => name.includes(server.url) && name.includes(model));
    assert.equal(found.length, 1, Object.keys(metrics).join());
    return found[0]![1];
  };
  const judge = (more = ""): string => `judge("${server.url}", model: "${model}"${more})`;
  const text = (): string => book.shown.map((shown) => JSON.stringify(shown)).join("\n");
  before(async () => {
    server = await JudgeServer.start(longer);
    book = new NotebookOfOne();
    process.env["TUNE_TEST_JUDGE_KEY"] = SECRET;
    writeT5(join(book.folder, "small"));
    const rows = Array.from({ length: 90 }, (_, i) => {
      const word = (i + 25).toString(5).replace(/\d/g, (digit) => "abcde"[Number(digit)]!);
      return {
        word,
        back: [...word]
          .reverse()
          .join("")
          .slice(i % 3),
        part: i < 60 ? "train" : "test",
      };
    });
    writeFileSync(join(book.folder, "words.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    await book.run(`
data pairs { source: jsonl("words.jsonl"), columns: { input: word, target: back }, split: by_column(part) }
model one { base: "small", task: translation(prefix: ""), technique: full, max_length: 24 }
model two like one { max_length: 25 }
recipe quick { epochs: 2, batch_size: 20, optimizer: adamw(learning_rate: 1e-2), seed: 1 }
train one on pairs with quick
train two on pairs with quick { seed: 2 }`);
    // A separate cache, because this judge's answers are useless to others.
    process.env["TUNEBOOK_CACHE"] = cache;
  });
  after(async () => {
    if (own === undefined) Reflect.deleteProperty(process.env, "TUNEBOOK_CACHE");
    else process.env["TUNEBOOK_CACHE"] = own;
    rmSync(cache, { recursive: true, force: true });
    Reflect.deleteProperty(process.env, "TUNE_TEST_JUDGE_KEY");
    await book.close();
    await server.close();
  });

  it("receives no request in an evaluation without a judge metric", async () => {
    await book.run(`evaluate one, two on pairs.test { metrics: [exact_match, bleu], max_tokens: 8 }`);
    assert.equal(server.heard.length, 0);
  });
  it("receives each output and target that differ, in both orders, and nothing else", async () => {
    await book.run(
      `evaluate one on pairs.test { metrics: [${judge(", key: secret(env: TUNE_TEST_JUDGE_KEY)")}], max_tokens: 8 }`,
    );
    const wrote = await (book.values.get("one") as ModelHandle).predict<WrittenContinuation>(rowsOf("word"), {
      max_tokens: 8,
    });
    const pairs = rowsOf("back").flatMap((target, row) => {
      const { text: asked, continuation } = wrote[row]!;
      return continuation.trim() === target
        ? []
        : [
            { asked, a: target, b: continuation },
            { asked, a: continuation, b: target },
          ];
    });
    const distinct = (of: readonly object[]) => [...new Set(of.map((one) => JSON.stringify(one)))].toSorted();
    assert.ok(pairs.length > 20);
    assert.deepEqual(distinct(server.heard.map(({ asked, a, b }) => ({ asked, a, b }))), distinct(pairs));
    assert.ok(server.heard.every(({ headers }) => headers.authorization === `Bearer ${SECRET}`));
    const longerThan = wrote.map(({ continuation }, row): number => {
      const [own, target] = [continuation.length, rowsOf("back")[row]!.length];
      return own > target ? 1 : own === target ? 0.5 : 0;
    });
    const score = judgedIn(book.session.evaluations.at(-1)!.metrics);
    assert.ok(Math.abs(score - longerThan.reduce((a, b) => a + b, 0) / ROWS) < 1e-12);
    assert.match(text(), /each pair was judged twice/);
    assert.match(text(), /tokens read/);
  });
  it("scores several models and repeats no request", async () => {
    const statement = `evaluate one, two on pairs.test { metrics: [${judge()}], max_tokens: 8 }`;
    await book.run(statement);
    const [one, two] = book.session.evaluations.slice(-2).map(({ metrics }) => judgedIn(metrics));
    assert.equal(one, 0.5);
    assert.ok(two !== undefined && two >= 0 && two <= 1);
    const heard = server.heard.length;
    await book.run(statement);
    assert.equal(server.heard.length, heard);
  });
  it("leaks its key into no output, run, folder or cache", () => {
    assert.ok(!text().includes(SECRET));
    for (const folder of [book.folder, book.runs, cache])
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
        if (entry.isFile()) assert.ok(!readFileSync(join(entry.parentPath, entry.name)).includes(SECRET), entry.name);
  });
  it("is rejected for a bad address, a bad prompt or a key in plain text", async () => {
    const code = (metric: string): Promise<unknown> =>
      book.run(`evaluate one on pairs.test { metrics: [${metric}] }`).then(
        () => null,
        (error: unknown) => (error as RefusedError).diagnostics.map((d) => d.code),
      );
    assert.deepEqual(await code('judge("localhost:8000", model: "j")'), ["judge-address"]);
    assert.deepEqual(await code(`judge("https://me:pass@host/v1", model: "j")`), ["address-with-account"]);
    assert.deepEqual(await code(judge(', prompt: "which?"')), ["judge-prompt"]);
    assert.deepEqual(await code(judge(', key: "sk-plain"')), ["secret-in-text"]);
  });

  function rowsOf(field: "word" | "back"): string[] {
    const lines = readFileSync(join(book.folder, "words.jsonl"), "utf8").split("\n");
    return lines.slice(60).map((line) => (JSON.parse(line) as Record<string, string>)[field]!);
  }
});
