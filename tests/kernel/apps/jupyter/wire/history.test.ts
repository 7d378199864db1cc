import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { globMatcher } from "#kernel/apps/jupyter/wire/glob.js";
import { History } from "#kernel/apps/jupyter/wire/history.js";

describe("kernel history", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-history-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const session = (...inputs: string[]): History => {
    const history = new History(folder);
    inputs.forEach((input, index) => history.append(index + 1, input));
    return history;
  };
  const ask = (history: History, request: Record<string, unknown>): unknown => history.answer(request)["history"];

  it("returns the last n inputs of all sessions, oldest first, with outputs on request", () => {
    session("a", "b").result(2, "B");
    const now = session("c");
    assert.deepEqual(ask(now, { hist_access_type: "tail", n: 2 }), [
      [1, 2, "b"],
      [2, 1, "c"],
    ]);
    assert.deepEqual(ask(now, { hist_access_type: "tail", n: 2, output: true }), [
      [1, 2, ["b", "B"]],
      [2, 1, ["c", null]],
    ]);
  });

  it("returns a range of this session, an earlier one, or one with a negative number", () => {
    session("a", "b", "c");
    const now = session("x", "y");
    const range = { hist_access_type: "range" };
    assert.deepEqual(ask(now, { ...range, session: 0, start: 2, stop: 3 }), [[2, 2, "y"]]);
    assert.deepEqual(ask(now, { ...range, session: -1, start: 1, stop: 3 }), [
      [1, 1, "a"],
      [1, 2, "b"],
    ]);
    assert.deepEqual(ask(now, { ...range, session: 1, start: 3 }), [[1, 3, "c"]]);
    assert.deepEqual(ask(now, { ...range, session: 7 }), []);
    assert.deepEqual(ask(now, { ...range, session: -7 }), []);
  });

  it("returns the newest n matches of a pattern, each input once with `unique`", () => {
    session("train a", "show a", "train a");
    const now = session("train b");
    const search = { hist_access_type: "search", pattern: "train*" };
    assert.deepEqual(ask(now, { ...search, n: 2 }), [
      [1, 3, "train a"],
      [2, 1, "train b"],
    ]);
    assert.deepEqual(ask(now, { ...search, unique: true }), [
      [1, 3, "train a"],
      [2, 1, "train b"],
    ]);
    assert.deepEqual(ask(now, { hist_access_type: "search", pattern: "[st]*?a", n: 1 }), [[1, 3, "train a"]]);
  });

  it("skips a line cut off by a crash, and a foreign file", () => {
    session("a");
    appendFileSync(join(folder, "1.jsonl"), '{"line":2,"inp');
    writeFileSync(join(folder, "readme.txt"), "hello");
    assert.deepEqual(ask(session("b"), { hist_access_type: "tail", n: 9 }), [
      [1, 1, "a"],
      [2, 1, "b"],
    ]);
  });

  it("assigns each kernel its own number, and none to a session that ran nothing", () => {
    const [one, two] = [new History(folder), new History(folder)];
    new History(folder);
    one.append(1, "a");
    two.append(1, "b");
    one.append(2, "c");
    assert.deepEqual(readdirSync(folder).sort(), ["1.jsonl", "2.jsonl"]);
    assert.deepEqual(ask(two, { hist_access_type: "range", session: 1 }), [
      [1, 1, "a"],
      [1, 2, "c"],
    ]);
  });

  it("stays in memory if the folder is not writable", () => {
    writeFileSync(join(folder, "file"), "");
    const history = new History(join(folder, "file"));
    history.append(1, "a");
    assert.deepEqual(ask(history, { hist_access_type: "tail", n: 1 }), [[1, 1, "a"]]);
  });

  it("accepts any pattern", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (pattern) => {
        assert.equal(typeof globMatcher(pattern)(pattern), "boolean");
        const literal = pattern.replace(/[*?[\]]/g, "");
        assert.ok(globMatcher(literal)(literal));
        assert.ok(globMatcher(`*${literal}`)(`😀${literal}`) && globMatcher(`?${literal}**`)(`😀${literal}x`));
      }),
    );
  });

  it("matches a pattern with many stars", () => {
    assert.ok(globMatcher(`${"*a".repeat(40)}*`)("a".repeat(5000)));
    assert.ok(!globMatcher(`${"*a".repeat(40)}*b`)("a".repeat(5000)));
  });
});
