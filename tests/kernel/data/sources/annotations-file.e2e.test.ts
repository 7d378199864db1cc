/** The annotations file with several concurrent writers, a killed writer, and a full disk. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import type { AnnotationLine } from "#kernel/data/annotations/line.js";
import { appendAnnotationDecision, readAnnotationDecisions } from "#kernel/data/sources/annotations-file.js";
import { codeOf, Folder } from "../rows/plans.js";

const line = (row: number, annotator = "ann"): AnnotationLine => ({
  ...{ text: "f".repeat(32), nth: 1, row, column: "label", does: "label", before: null, after: "x".repeat(200) },
  ...{ annotator, at: new Date(0).toISOString(), why: "by chance" },
});
const writer = `
  const { appendAnnotationDecision } = await import(process.argv[1]);
  const [, , file, who, count] = process.argv;
  const line = ${JSON.stringify(line(0))};
  process.stdout.write("begun\\n");
  for (let row = 1; row <= Number(count); row++) {
    appendAnnotationDecision(file, { ...line, row, annotator: who });
    if (row % 10 === 0) process.stdout.write(row + "\\n");
  }
`;
const module = new URL("../../../../kernel/data/sources/annotations-file.js", import.meta.url).href;
const begin = (file: string, who: string, count: number) =>
  spawn(process.execPath, ["--input-type=module", "-e", writer, module, file, who, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });

describe("annotations file", function () {
  this.timeout(30_000);
  const folder = new Folder();
  after(() => folder.remove());
  const at = (name: string) => join(folder.path, name);

  it("loses no line with two concurrent writers", async () => {
    const file = at("two.jsonl");
    const both = ["ann", "bo"].map((who) => begin(file, who, 400));
    await Promise.all(both.map((one) => once(one, "close")));
    const { lines, unread } = readAnnotationDecisions(file);
    assert.deepEqual(unread, []);
    for (const who of ["ann", "bo"])
      assert.deepEqual(
        lines.filter(({ annotator }) => annotator === who).map(({ row }) => row),
        Array.from({ length: 400 }, (_, i) => i + 1),
      );
  });

  it("preserves all reported lines when its writer is killed", async () => {
    const file = at("killed.jsonl");
    const one = begin(file, "ann", 1e6);
    let said = 0;
    await new Promise<void>((done) =>
      one.stdout.on("data", (chunk: Buffer) => {
        said = Number(chunk.toString().trim().split("\n").at(-1)) || said;
        if (said >= 50) done();
      }),
    );
    one.kill("SIGKILL");
    await once(one, "close");
    const { lines, unread } = readAnnotationDecisions(file);
    assert.ok(lines.length >= said, `${lines.length} of ${said}`);
    assert.ok(unread.length <= 1);
  });

  it("closes a torn line before appending", () => {
    const file = at("torn.jsonl");
    appendAnnotationDecision(file, line(1));
    appendFileSync(file, JSON.stringify(line(2)).slice(0, 50));
    appendAnnotationDecision(file, line(3));
    const { lines, unread } = readAnnotationDecisions(file);
    assert.deepEqual(
      lines.map(({ row }) => row),
      [1, 3],
    );
    assert.deepEqual(unread, [2]);
  });

  it("reports a full disk and a location without write permission", async () => {
    if (existsSync("/dev/full")) {
      symlinkSync("/dev/full", at("full.jsonl"));
      assert.equal((await codeOf(() => appendAnnotationDecision(at("full.jsonl"), line(1)))).code, "disk-full");
    }
    assert.equal((await codeOf(() => appendAnnotationDecision(folder.path, line(1)))).code, "cannot-write");
    assert.deepEqual(readAnnotationDecisions(at("none.jsonl")), { lines: [], unread: [] });
    assert.equal((await codeOf(() => readAnnotationDecisions(folder.path))).code, "unreadable-file");
    assert.ok(!readFileSync(at("torn.jsonl"), "utf8").includes("full"));
  });
});
