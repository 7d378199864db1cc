/** A search's messages in its log: complete, among other lines, and damaged. */
import assert from "node:assert/strict";
import { messageLine, parseMessageLine, type SearchMessage } from "#kernel/remote/coordinator/ray/job-progress.js";

describe("messages of a cluster search job", () => {
  const all: readonly SearchMessage[] = [
    { is: "began", home: "/cache/searches/0123456789abcdef" },
    { is: "journal", at: 12, text: '{"é": "\\n"}\n' },
    { is: "running", trials: [{ number: 3, step: 4, steps: 10, tokens: 99 }] },
    { is: "note", words: "a worker ended" },
    { is: "over", results: { path: "/cache/searches/x/results.tar.gz", bytes: 7, hash: "0".repeat(64) } },
    { is: "failed", code: "no-space", data: { path: "/x" }, message: "full" },
  ];

  it("are parsed unchanged, with any prefix on the line", () => {
    assert.deepEqual(parseMessageLine(messageLine(all)), all);
    assert.deepEqual(parseMessageLine(`\u001b[36m(pid=12)\u001b[0m ${messageLine(all)}`), all);
    assert.equal(messageLine(all).trimEnd().split("\n").length, 1);
  });
  it("are ignored on other lines and if truncated or altered", () => {
    const line = messageLine(all).trimEnd();
    assert.deepEqual(parseMessageLine("INFO job_manager.py -- Runtime env is setting up."), []);
    assert.deepEqual(parseMessageLine(line.slice(0, -20)), []);
    for (const at of [30, 60, line.length - 8]) {
      const other = line[at] === "A" ? "B" : "A";
      assert.deepEqual(
        parseMessageLine(line.slice(0, at) + other + line.slice(at + 1)),
        [],
        `changed at ${String(at)}`,
      );
    }
  });
  it("are ignored if malformed, with a relative path or with shell characters in a path", () => {
    const results = { path: "/x", bytes: 1, hash: "0".repeat(64) };
    const odd = [
      { is: "over", results: { ...results, path: "results" } },
      { is: "over", results: { ...results, path: "/x'; rm -rf /'" } },
      { is: "over", results: { ...results, hash: "0" } },
      { is: "journal", at: -1, text: "" },
      { is: "other" },
    ];
    for (const one of odd)
      assert.deepEqual(parseMessageLine(messageLine([one as unknown as SearchMessage])), [], JSON.stringify(one));
  });
});
