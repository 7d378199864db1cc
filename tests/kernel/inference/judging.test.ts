/** A judge compares each pair twice, with limited concurrency and retries. Known answers are not requested again. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import {
  judgePairs,
  type PairJudgements,
  type JudgingOptions,
  type TextPairsToJudge,
} from "#kernel/inference/judging/judge-pairs.js";
import { verdictOf } from "#stdlib/judging/verdict.js";
import { judge } from "#stdlib/metrics/judge.js";
import { JudgeServer, longer, type Reply } from "./judge-server.js";

const SECRET = "sk-planted-0123456789";

describe("judge of texts", function () {
  this.timeout(20_000);
  let folder: string;
  let server: JudgeServer;
  const before_ = { cache: process.env["TUNEBOOK_CACHE"], key: process.env["JUDGE_KEY"] };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-judged-"));
    server = await JudgeServer.start(longer);
    process.env["TUNEBOOK_CACHE"] = folder;
    process.env["JUDGE_KEY"] = SECRET;
  });
  after(async () => {
    await server.close();
    for (const [name, value] of [
      ["TUNEBOOK_CACHE", before_.cache],
      ["JUDGE_KEY", before_.key],
    ] as const)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    server.heard.length = 0;
    server.most = 0;
    server.reply = longer;
  });

  let model = 0;
  /** Uses another model name each time, so that nothing is cached. */
  const ask = (
    pairs: TextPairsToJudge,
    given: Readonly<Record<string, unknown>> = {},
    o: JudgingOptions = {},
  ): Promise<PairJudgements> => {
    const own = { url: server.url, model: `j${String(model++)}`, ...given };
    return judgePairs(judge.judge!, { kind: "metric", word: "judge", arguments: own as never }, pairs, o);
  };
  const key = { word: "secret", kind: "secret", arguments: { env: "JUDGE_KEY" } };
  const failure = async (asked: Promise<unknown>): Promise<CodedError & { readonly data: never }> => {
    const error = await asked.then(
      () => assert.fail("it was judged"),
      (e: unknown) => e,
    );
    return error as CodedError & { readonly data: never };
  };
  const some = (count: number): TextPairsToJudge => ({
    first: Array.from({ length: count }, (_, i) => `first ${String(i)}`),
    second: Array.from({ length: count }, (_, i) => `second, longer ${String(i)}`),
  });

  it("ignores invalid token counts", async () => {
    for (const prompt_tokens of [1e308, -5, 0.5]) {
      server.reply = () => ({
        status: 200,
        json: { choices: [{ message: { content: "VERDICT: A" } }], usage: { prompt_tokens, completion_tokens: 2 } },
      });
      const { notes } = await ask(some(2));
      assert.ok(
        notes.some((note) => /^4 questions to j\d+, which counts no tokens$/.test(note)),
        notes.join("\n"),
      );
    }
  });
  it("compares both texts in both orders and scores the second", async () => {
    const pairs = {
      prompts: ["q1", "q2", "q3", "q4"],
      first: ["aa", "b", "cc", " same"],
      second: ["a", "bb", "dd", "same"],
    };
    const { scores, notes } = await ask(pairs);
    assert.deepEqual([...scores], [0, 1, 0.5, 0.5]);
    assert.deepEqual(
      server.heard.map(({ asked, a, b }) => [asked, a, b].join("|")).toSorted(),
      ["q1|aa|a", "q1|a|aa", "q2|bb|b", "q2|b|bb", "q3|cc|dd", "q3|dd|cc"].toSorted(),
    );
    assert.ok(server.heard.every(({ path, headers }) => path === "/v1/chat/completions" && !headers.authorization));
    assert.deepEqual(notes, [
      "each pair was judged twice, in both orders: the verdicts agree for 100 % of 3 pairs, the others count as ties",
      "1 pair of equal texts: ties, not judged",
      `6 questions to j${String(model - 1)}: 600 tokens read, 42 written`,
    ]);
  });
  it("scores ties and reports a position bias if it always prefers the first text", async () => {
    server.reply = () => "VERDICT: A";
    const { scores, notes } = await ask(some(4));
    assert.deepEqual([...scores], [0.5, 0.5, 0.5, 0.5]);
    assert.match(notes[0]!, /agree for 0 % of 4 pairs/);
    assert.equal(notes[1], "of 4 pairs it prefers a place, not a text: 4 times the first, 0 times the second");
  });
  it("counts pairs without a verdict as ties and fails if none has one", async () => {
    server.reply = (heard, nth) => (nth === 0 ? "I can't say." : longer(heard));
    const { scores, notes } = await ask(some(3), { at_once: 1 });
    assert.deepEqual([...scores], [0.5, 1, 1]);
    assert.ok(notes.includes("1 pair without two verdicts: ties"));
    server.reply = () => "As a model I have no opinion.";
    const { code, data } = await failure(ask(some(2)));
    assert.deepEqual(
      [code as string, data as object],
      ["judge-mute", { model: `j${String(model - 1)}`, answers: 4, first: "As a model I have no opinion." }],
    );
    // Failed answers are not cached, so a repaired judge is asked again.
    const mended = { model: "mended" };
    assert.equal((await failure(ask(some(2), mended))).code, "judge-mute");
    server.reply = longer;
    assert.deepEqual([...(await ask(some(2), mended)).scores], [1, 1]);
  });
  it("reuses cached answers and, after an interrupt, requests only the missing ones", async () => {
    const again = { model: "kept" };
    const first = await ask(some(5), again);
    assert.equal(server.heard.length, 10);
    const second = await ask(some(5), again);
    assert.equal(server.heard.length, 10);
    assert.deepEqual(second.scores, first.scores);
    assert.deepEqual(second.notes.at(-1), "0 questions to kept; 10 answers from before");
    const stop = new AbortController();
    server.reply = (heard, nth) => {
      if (nth === 13) stop.abort(new Error("interrupted"));
      return longer(heard);
    };
    await assert.rejects(ask(some(12), { ...again, at_once: 1 }, { signal: stop.signal }), /interrupted/);
    const asked = server.heard.length;
    assert.ok(asked >= 13 && asked <= 15, String(asked));
    server.reply = longer;
    await ask(some(12), again);
    assert.ok(server.heard.length <= 25, String(server.heard.length));
  });
  it("never exceeds the limit of concurrent requests", async () => {
    server.reply = async (heard) => {
      await new Promise((done) => setTimeout(done, 5));
      return longer(heard);
    };
    await ask(some(10), { at_once: 3 });
    assert.equal(server.most, 3);
  });
  it("retries while the service is busy, as its retry-after header says, then gives up", async () => {
    const busy: Reply = { status: 429, headers: { "retry-after": "0" }, json: { error: { message: "slow down" } } };
    server.reply = (heard, nth) => (nth < 3 ? busy : longer(heard));
    assert.deepEqual([...(await ask(some(1), { at_once: 1 })).scores], [1]);
    assert.equal(server.heard.length, 5);
    server.reply = () => busy;
    const { code, data } = await failure(ask(some(1), { at_once: 1 }));
    assert.deepEqual(
      [code as string, data as object],
      ["judge-busy", { url: server.url, status: 429, tries: 6, why: "slow down" }],
    );
  });
  it("sends its key in one header and hides it in any service response", async () => {
    await ask(some(1), { key });
    assert.equal(server.heard[0]?.headers.authorization, `Bearer ${SECRET}`);
    server.reply = () => ({ status: 401, json: { error: { message: `no such key: ${SECRET}` } } });
    const refused = await failure(ask(some(3), { key }));
    assert.deepEqual(
      [refused.code as string, refused.data as object],
      ["judge-refused", { url: server.url, status: 401, env: "JUDGE_KEY", why: "no such key: …" }],
    );
    assert.ok(!JSON.stringify(refused).includes(SECRET) && !refused.message.includes(SECRET));
    const coded = Buffer.from(SECRET).toString("base64");
    server.reply = () => `you sent me ${SECRET}, that is ${coded}`;
    const mute = await failure(ask(some(1), { key, model: "echo" }));
    assert.deepEqual([mute.code, (mute.data as { first: string }).first], ["judge-mute", "you sent me …, that is …"]);
    server.reply = (heard) => `${SECRET}\n${longer(heard)}`;
    await ask(some(2), { key, model: "loud" });
    const missing = { ...key, arguments: { env: "NO_SUCH_JUDGE_KEY" } };
    assert.equal((await failure(ask(some(1), { key: missing }))).code, "secret-missing");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 10);
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      assert.ok(!readFileSync(path, "utf8").includes(SECRET) && !path.includes(SECRET));
      if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o077, 0);
    }
  });
  it("fails with a reason if the service is unreachable, slow or not a judge", async () => {
    const gone = await JudgeServer.start(longer);
    const { url } = gone;
    await gone.close();
    const nobody = await failure(ask(some(1), { url }));
    assert.equal(nobody.code, "judge-unreachable");
    server.reply = () => null;
    const late = await failure(ask(some(1), { timeout: 50 }));
    assert.deepEqual(
      [late.code, (late.data as { why: string }).why],
      ["judge-unreachable", "no response within 0.05 s"],
    );
    for (const [reply, why] of [
      [{ status: 404, json: { error: "no such model" } }, "it returned 404: no such model"],
      [{ status: 302, headers: { location: "http://elsewhere.example/" }, json: {} }, "it returned 302: {}"],
      [{ status: 200, json: { text: "VERDICT: A" } }, 'its response is not a chat completion: {"text":"VERDICT: A"}'],
    ] as const) {
      server.reply = () => reply;
      const failed = await failure(ask(some(1), { at_once: 1 }));
      assert.deepEqual([failed.code as string, failed.data as object], ["judge-failed", { url: server.url, why }]);
    }
  });
  it("adapts its request parameters to the service", async () => {
    server.reply = (heard) => {
      if ("max_tokens" in heard.body)
        return { status: 400, json: { error: { message: "Use 'max_completion_tokens' instead." } } };
      if ("temperature" in heard.body)
        return { status: 400, json: { error: { message: "temperature does not support 0" } } };
      return longer(heard);
    };
    assert.deepEqual([...(await ask(some(2), { at_once: 1, max_tokens: 99 })).scores], [1, 1]);
    assert.equal(server.heard.length, 6);
    assert.equal(server.heard.at(-1)?.body["max_completion_tokens"], 99);
  });
  it("fills the placeholders of a custom prompt in one pass", async () => {
    await ask({ prompts: ["q"], first: ["{b}"], second: ["two"] }, { prompt: "Kinder, to {prompt}: <{a}> or <{b}>?" });
    const contents = server.heard.map(({ body }) => body.messages.at(-1)!.content.split("\n")[0]);
    assert.deepEqual(contents.toSorted(), ["Kinder, to q: <two> or <{b}>?", "Kinder, to q: <{b}> or <two>?"]);
  });
  it("finds the verdict in free text", () => {
    for (const [said, verdict] of [
      ["VERDICT: A", "a"],
      ["Both are good.\n**Verdict: B**", "b"],
      ["verdict is tie.", "tie"],
      ["First I thought VERDICT: A, then …\nVERDICT: B", "b"],
      ["<think>VERDICT: A? no</think>\nVERDICT: TIE", "tie"],
      ["<think>VERDICT: A", null],
      [" B. ", "b"],
      ["Answer A", "a"],
      ["A is better", null],
      ["VERDICT: ABOUT equal", null],
      ["", null],
    ] as const)
      assert.equal(verdictOf(said), verdict, said);
  });
});
