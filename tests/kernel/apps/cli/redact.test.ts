/** `tunebook redact` as a user calls it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { redactFileRows } from "#kernel/data/sources/redacted-file.js";
import { called } from "./called.js";

describe("tunebook redact", function () {
  this.timeout(60_000);
  let folder: string;
  const redact = (...args: string[]) => called(folder, "redact", ...args);
  const write = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content);
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tunebook-cli-redact-"));
    write("a.txt", "my name is Anna Smith, a@b.org\r\n\r\nnothing\n");
    write("a.jsonl", '{"id":"a@b.org","text":"Dear Anna Smith","n":3}\n\n{"text":"ok"}\n');
    write("a.csv", 'text,label\n"Dear Anna Smith, ""hi"", x@y.org",Anna\nplain,no\n');
    write("packed.txt.gz", gzipSync("write to a@b.org\n"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("replaces personal data in a file", async () => {
    assert.equal((await redact("a.txt")).stdout, "my name is [NAME], [EMAIL]\n\nnothing\n");
    assert.equal((await redact("a.jsonl")).stdout, '{"id":"[EMAIL]","text":"Dear [NAME]","n":3}\n{"text":"ok"}\n');
    assert.equal((await redact("a.csv")).stdout, 'text,label\n"Dear [NAME], ""hi"", [EMAIL]",[NAME]\nplain,no\n');
    assert.equal((await redact("packed.txt.gz", "--replacement", "remove")).stdout, "write to \n");
    assert.equal(
      (await redact("a.csv", "--column", "label")).stdout.split("\n")[1],
      '"Dear Anna Smith, ""hi"", x@y.org",[NAME]',
    );
  });
  it("prints one object per row with --json", async () => {
    const rows = async (...args: string[]): Promise<unknown[]> =>
      (await redact(...args, "--json")).stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(await rows("a.txt", "--entities", "email"), [
      { findings: [{ entity: "email", start: 23, end: 30, text: "a@b.org" }], text: "my name is Anna Smith, [EMAIL]" },
      { findings: [], text: "" },
      { findings: [], text: "nothing" },
    ]);
    const name = { findings: [{ entity: "name", start: 5, end: 15, text: "Anna Smith" }], text: "Dear [NAME]" };
    assert.deepEqual(await rows("a.jsonl"), [name, { findings: [], text: "ok" }]);
    assert.equal((await rows("a.csv", "--column", "text")).length, 2);
    assert.deepEqual(await rows("a.txt", "--pattern", "n.th"), [
      { findings: [], text: "my name is Anna Smith, a@b.org" },
      { findings: [], text: "" },
      { findings: [{ entity: "pattern", start: 0, end: 4, text: "noth" }], text: "[PATTERN]ing" },
    ]);
  });
  it("lists replacements with --list, and skips those in --except", async () => {
    writeFileSync(join(folder, "list.csv"), "text\nI am Anna Smith\nI am Anna Smith and a@b.org\n");
    const { stdout } = await redact("list.csv", "--list");
    assert.equal(stdout, "2\tname\tAnna Smith\n1\temail\ta@b.org\n");
    const kept = await redact("list.csv", "--list", "--except", "anna smith", "other");
    assert.equal(kept.stdout, "1\temail\ta@b.org\n");
  });
  it("finds personal data in numbers and nested fields of JSON rows", async () => {
    write("numbers.jsonl", '{"card":4111111111111111,"n":12,"deep":[{"to":"a@b.org"}],"x":1.5}\n');
    assert.equal(
      (await redact("numbers.jsonl")).stdout,
      '{"card":"[CARD]","n":12,"deep":[{"to":"[EMAIL]"}],"x":1.5}\n',
    );
  });
  it("detects the format of a table and writes the same format", async () => {
    write("semicolons.csv", Buffer.from('body;team\n"Grüße; a@b.org";x\nplain, so;y\n', "latin1"));
    write("tabs.tsv", "body\tteam\nto a@b.org\tx\n");
    write("marks.csv", "body|team\n'a | b@c.org'|x\nplain|y\n");
    assert.equal((await redact("semicolons.csv")).stdout, 'body;team\n"Grüße; [EMAIL]";x\nplain, so;y\n');
    assert.equal((await redact("tabs.tsv")).stdout, "body\tteam\nto [EMAIL]\tx\n");
    assert.equal((await redact("marks.csv")).stdout, "body|team\n'a | [EMAIL]'|x\nplain|y\n");
    assert.equal(
      (await redact("semicolons.csv", "--delimiter", ";", "--encoding", "windows-1252", "--column", "team")).stdout,
      'body;team\n"Grüße; a@b.org";x\nplain, so;y\n',
    );
  });
  it("reports codes for invalid input", async () => {
    write("broken.jsonl", '{"text": "a@b.org"}\n{"text": \n');
    write("bytes.txt", Buffer.from([0x61, 0xff, 0x0a]));
    write("ragged.csv", "a,b\n1,2\n1,2,3\n");
    write("several.jsonl", '{"a": "x", "b": "y"}\n');
    for (const [code, ...args] of [
      ["missing-file", "none.txt"],
      ["broken-json", "broken.jsonl"],
      ["wrong-encoding", "bytes.txt", "--encoding", "utf-8"],
      ["ragged-row", "ragged.csv"],
      ["no-such-column", "a.csv", "--column", "txt"],
      ["no-such-column", "a.txt", "--column", "text"],
      ["column-unsaid", "several.jsonl", "--json"],
      ["bad-usage", "a.txt", "--entities", "emial"],
      ["bad-usage", "a.txt", "--replacement", "hash"],
      ["bad-usage", "a.txt", "--replacement", "none"],
      ["wrong-pattern", "a.txt", "--pattern", "(?=a)"],
      ["secret-missing", "a.txt", "--replacement", "hash", "--key-env", "TUNEBOOK_NO_SUCH"],
    ] as const) {
      const { status, stderr } = await redact(...args);
      assert.equal(status, 1, code);
      assert.match(stderr, new RegExp(`error\\[${code}\\]`), stderr);
    }
  });
  it("takes less than 200 MiB of memory for a file of 60,000 rows", async () => {
    write("long.txt", "write to a@b.org or call nobody at all, please\n".repeat(60_000));
    let rows = 0;
    const before = process.memoryUsage().rss;
    for await (const { findings } of redactFileRows(
      { folder, path: "long.txt" },
      { entities: ["email"], replacement: "mask" },
    ))
      rows += findings.length;
    assert.equal(rows, 60_000);
    assert.ok(process.memoryUsage().rss - before < 200 * 2 ** 20);
  });
});
