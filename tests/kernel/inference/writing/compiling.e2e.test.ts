/** Grammars of several clients, made ready by turns. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { Grammars } from "#kernel/inference/writing/grammar/grammars.js";
import type { Grammar } from "#kernel/inference/writing/grammar/rules.js";
import { Threads } from "#kernel/inference/writing/grammar/threads.js";
import { TokenBytes } from "#kernel/inference/writing/token-bytes.js";
import { until } from "#tests/until.js";
import { writeTokenizer } from "../../session/small-tokenizers.js";

const easy = (i: number): Grammar => ({ rules: `root ::= "a" "${"b".repeat(i)}"`, lengths: null });
/** Takes minutes. */
const hard = (i: number): Grammar => ({
  rules: `root ::= "x" ${Array.from({ length: 400 }, (_, j) => `[a-z \\U000000a0-\\U0010ffff]{0,${String(300 + i + j)}}`).join(" ")}`,
  lengths: null,
});

describe("grammars of several clients", function () {
  this.timeout(60_000);
  let folder: string;
  let bytes: TokenBytes;
  let grammars: Grammars;
  let threads: Threads;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-compiling-"));
    writeTokenizer(folder, "byteLevel");
    bytes = new TokenBytes(await loadTokenizer(folder));
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(async () => {
    grammars.close();
    await until(() => threads.turns.waiting() === 0 && !threads.full);
  });
  const open = (o: { readonly workers?: number; readonly limit?: number; readonly threads?: number }): void => {
    threads = new Threads(o.threads ?? 16, 60_000, { workers: o.workers ?? 1, slice: 100, pause: 60_000 });
    grammars = new Grammars(bytes, threads, { ms: o.limit ?? 30_000 });
  };

  it("are ready in a client's turn, whatever another client has in the queue", async () => {
    open({});
    const gone = new AbortController();
    const lost = Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => grammars.begin(hard(i), { client: "a", signal: gone.signal })),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let i = 1; i < 4; i++) (await grammars.begin(easy(i), { client: "b" })).dispose();
    assert.ok(threads.turns.waiting("a") >= 19);
    gone.abort(new Error("went away"));
    assert.ok((await lost).every(({ status }) => status === "rejected"));
  });
  it("have their time from their own start, however long they waited", async () => {
    const limit = 800;
    open({ limit });
    const hold = threads.turns.take("a", () => new Promise((resolve) => setTimeout(resolve, 1.2 * limit)));
    (await grammars.begin(easy(1), { client: "a" })).dispose();
    await hold;
  });
  it("are late where they take longer than that alone", async () => {
    open({ limit: 400 });
    await assert.rejects(grammars.begin(hard(0)), { code: "schema-not-ready" });
    (await grammars.begin(easy(1))).dispose();
  });
  it("are refused where too many of one client wait, and those of another are not", async () => {
    open({});
    const gone = new AbortController();
    const all = Array.from({ length: 70 }, (_, i) => grammars.begin(hard(i), { client: "a", signal: gone.signal }));
    const refused = (await Promise.allSettled(all.slice(65))).map((one) =>
      one.status === "rejected" ? (one.reason as { readonly code?: string }).code : "ready",
    );
    assert.deepEqual(refused, Array(5).fill("schema-queue-full"));
    (await grammars.begin(easy(1), { client: "b" })).dispose();
    gone.abort(new Error("went away"));
    await Promise.allSettled(all);
  });
  it("are made ready once for all who wait for the same", async () => {
    open({});
    const many = Array.from({ length: 300 }, (_, i) => grammars.begin(easy(5), { client: i % 2 === 0 ? "a" : "b" }));
    const all = await Promise.all(many);
    assert.equal(threads.count, 1);
    for (const matcher of all) matcher.dispose();
  });
  it("go on being made ready for a client where another, who asked first, goes away", async () => {
    open({});
    const gone = new AbortController();
    const first = grammars.begin(easy(7), { client: "a", signal: gone.signal });
    const [same, other] = ["a", "b"].map((client) => grammars.begin(easy(7), { client }));
    gone.abort(new Error("went away"));
    await assert.rejects(first, /went away/);
    for (const matcher of await Promise.all([same, other])) matcher?.dispose();
  });
  it("end their thread with the wait of the last who wanted them", async () => {
    open({});
    const gone = new AbortController();
    const asked = grammars.begin(hard(0), { signal: gone.signal });
    await until(() => threads.count === 1);
    gone.abort(new Error("went away"));
    await assert.rejects(asked, /went away/);
    await until(() => threads.count === 0);
  });
});
