/** Grammars of several clients, compiled fairly in turns. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { GrammarCache } from "#kernel/inference/generation/grammar/grammar-cache.js";
import type { Grammar } from "#kernel/inference/generation/grammar/rules.js";
import { GrammarThreadPool, type ThreadPoolOptions } from "#kernel/inference/generation/grammar/thread-pool.js";
import { TokenBytes } from "#kernel/inference/generation/token-bytes.js";
import { until } from "#tests/until.js";
import { writeTokenizer } from "../../session/small-tokenizers.js";

const easy = (i: number): Grammar => ({ rules: `root ::= "a" "${"b".repeat(i)}"`, lengths: null });
/** A grammar that takes minutes to compile. */
const hard = (i: number): Grammar => ({
  rules: `root ::= "x" ${Array.from({ length: 400 }, (_, j) => `[a-z \\U000000a0-\\U0010ffff]{0,${String(300 + i + j)}}`).join(" ")}`,
  lengths: null,
});

/** Returns the nice values of this process's threads, from Linux's /proc. */
function niceOfThreads(): ReadonlyMap<string, number> {
  const of = (thread: string): number => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  };
  return new Map(readdirSync("/proc/self/task").map((thread) => [thread, of(thread)]));
}

describe("grammar compilation for several clients", function () {
  this.timeout(60_000);
  let folder: string;
  let bytes: TokenBytes;
  let grammars: GrammarCache;
  let threads: GrammarThreadPool;
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
  const open = ({ limit, ...o }: Partial<ThreadPoolOptions> & { readonly limit?: number }): void => {
    threads = new GrammarThreadPool({ most: 16, rest: 60_000, ...o, turns: { workers: 1, slice: 100, pause: 60_000 } });
    grammars = new GrammarCache(bytes, threads, { ms: limit ?? 30_000 });
  };

  it("serves each client in turn, whatever another has in the queue", async () => {
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
  it("measures the time limit from the start of compilation, not from queueing", async () => {
    // Much longer than an easy grammar needs, because other tests use the processors too.
    const limit = 3000;
    open({ limit });
    const hold = threads.turns.take("a", () => new Promise((resolve) => setTimeout(resolve, 1.2 * limit)));
    (await grammars.begin(easy(1), { client: "a" })).dispose();
    await hold;
  });
  it("fails if compilation alone exceeds the time limit", async () => {
    open({ limit: 3000 });
    await assert.rejects(grammars.begin(hard(0)), { code: "schema-not-ready" });
    (await grammars.begin(easy(1))).dispose();
  });
  it("rejects requests if too many of one client wait, but not those of another", async () => {
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
  it("compiles once for all requests for the same grammar", async () => {
    open({});
    const many = Array.from({ length: 300 }, (_, i) => grammars.begin(easy(5), { client: i % 2 === 0 ? "a" : "b" }));
    const all = await Promise.all(many);
    assert.equal(threads.count, 1);
    for (const matcher of all) matcher.dispose();
  });
  it("continues for a client if the one that requested the grammar first leaves", async () => {
    open({});
    const gone = new AbortController();
    const first = grammars.begin(easy(7), { client: "a", signal: gone.signal });
    const [same, other] = ["a", "b"].map((client) => grammars.begin(easy(7), { client }));
    gone.abort(new Error("went away"));
    await assert.rejects(first, /went away/);
    for (const matcher of await Promise.all([same, other])) matcher?.dispose();
  });
  it("limits the threads of one client, and leaves threads for others", async () => {
    open({ most: 3, ofClient: 2 });
    const [first, second] = await Promise.all([1, 2].map((i) => grammars.begin(easy(i), { client: "a" })));
    let ready = false;
    const third = grammars.begin(easy(3), { client: "a" }).finally(() => (ready = true));
    const others = await grammars.begin(easy(4), { client: "b" });
    assert.deepEqual([ready, threads.count], [false, 3]);
    // A client's unused worker is ended for its next request.
    first?.dispose();
    (await third).dispose();
    assert.equal(threads.count, 3);
    for (const matcher of [second, others]) matcher?.dispose();
  });
  it("uses threads of a lower priority than the process if the platform supports it (Linux)", async function () {
    if (process.platform !== "linux") this.skip();
    open({});
    const before = niceOfThreads();
    const matcher = await grammars.begin(easy(9));
    const lower = [...niceOfThreads()].filter(([thread, nice]) => !before.has(thread) && nice > getPriority());
    assert.ok(lower.length > 0);
    assert.equal(niceOfThreads().get(String(process.pid)), getPriority());
    matcher.dispose();
  });
  it("ends the thread when the last waiting client leaves", async () => {
    open({});
    const gone = new AbortController();
    const asked = grammars.begin(hard(0), { signal: gone.signal });
    await until(() => threads.count === 1);
    gone.abort(new Error("went away"));
    await assert.rejects(asked, /went away/);
    await until(() => threads.count === 0);
  });
});
