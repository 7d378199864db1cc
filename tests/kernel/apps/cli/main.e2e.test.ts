import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nearestCommand } from "#kernel/apps/cli/program.js";
import { isJupyterLabNewEnough } from "#kernel/apps/cli/jupyterlab.js";
import { called } from "./called.js";

const main = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));
interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}
function tunebook(...args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, [main, ...args], (error, out, err) =>
      done({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

describe("command line", function () {
  this.timeout(60_000);

  it("prints the package version, and the commands in its help", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../../../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    assert.deepEqual(await tunebook("--version"), { status: 0, out: `${version}\n`, err: "" });
    const help = await tunebook("--help");
    assert.equal(help.status, 0);
    for (const name of ["run", "lab", "bench"]) assert.match(help.out, new RegExp(`^  ${name} `, "m"));
  });
  it("runs to its end if its output is no longer read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tunebook-unheard-"));
    const rows = Array.from({ length: 400 }, (_, i) => `a text ${String(i)},${i % 2 ? "x" : "y"}`);
    writeFileSync(join(folder, "a.csv"), ["text,label", ...rows].join("\n"));
    const show = 'data d { source: csv("a.csv"), columns: { text: text, label: label } }\n' + "show d\n".repeat(20);
    writeFileSync(join(folder, "a.tune"), show);
    const child = spawn(process.execPath, [main, "run", "a.tune"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const said: string[] = [];
    child.stderr.on("data", (part: Buffer) => said.push(part.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const [status] = (await once(child, "exit")) as [number | null];
    assert.deepEqual([status, said.join("")], [0, ""]);
    rmSync(folder, { recursive: true });
  });
  it("suggests the nearest command, and none if nothing is near", async () => {
    const near = await called(".", "rnu");
    assert.deepEqual([near.status, near.stdout], [1, ""]);
    assert.match(
      near.stderr,
      /^error\[unknown-command\]: tunebook has no command "rnu"\nhelp: write `tunebook run`\n$/,
    );
    assert.match((await called(".", "frobnicate")).stderr, /help: .*run/);
    assert.equal(nearestCommand("Bench", ["bench", "run"]), "bench");
    assert.equal(nearestCommand("x", ["bench", "run"]), null);
  });
  it("reports codes for wrong usage", async () => {
    for (const args of [["run"], ["run", "a.tune", "--no-such-option"], ["run", "a.tune", "b.tune"]]) {
      const { status, stderr } = await called(".", ...args);
      assert.equal(status, 1);
      assert.match(stderr, /^error\[bad-usage\]: .*\nhelp: .*`tunebook run --help`/);
    }
    for (const [args, words] of [
      [["join"], /^error\[bad-usage\]: it needs a command/m],
      [["run", "a.txt"], /^error\[file-kind\]/],
      [["run", "none.ipynb"], /^error\[notebook-missing\]/],
      [["run", "none.ipynb", "-p", "x"], /^error\[bad-parameter\]/],
    ] as const)
      assert.match((await called(".", ...args)).stderr, words);
    const { status, err } = await tunebook("lab", "none.ipynb");
    assert.equal(status, 1);
    assert.match(err, /^error\[notebook-missing\]/);
  });

  describe("`run` command", () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "tunebook-run-"));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    const notebook = (...sources: readonly string[]): string => {
      const file = join(folder, "book.ipynb");
      const cells = sources.map((source, i) => ({
        ...{ cell_type: "code", source, outputs: [] },
        metadata: i === 0 ? { tags: ["parameters"] } : {},
      }));
      writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
      return file;
    };

    it("executes a notebook with parameters, prints a line per cell, and exits with 0", async () => {
      const file = notebook("let x = 1", "x + 1");
      const { status, err } = await tunebook("run", file, "-p", "x=41");
      assert.equal(status, 0, err);
      assert.match(
        err,
        /^\[1\/3\] let x = 1 {2}ok .*\n\[2\/3\] let x = 41; {2}ok .*\n\[3\/3\] x \+ 1 {2}ok .*\n.*done in/,
      );
      assert.match(readFileSync(join(folder, "book.executed.ipynb"), "utf8"), /"42"/);
    });
    it("prints the error of a failed cell, exits with 1, and writes to --out", async () => {
      const out = join(folder, "elsewhere.ipynb");
      const { status, err } = await tunebook(
        "run",
        notebook("1", "throw new RangeError('too far')", "2"),
        "--out",
        out,
      );
      assert.equal(status, 1);
      assert.match(err, /RangeError: too far/);
      assert.match(err, /cell 2 of 3 failed/);
      assert.ok(existsSync(out));
      assert.ok(!err.includes("\u001b"), "no colours in a pipe");
    });
    it("prints Tune errors of a notebook without colours, unless FORCE_COLOR is set", async () => {
      const file = notebook("1", "recipe r { epoch: 1 }");
      assert.ok(!(await tunebook("run", file)).err.includes("\u001b"));
      const forced = { ...process.env, FORCE_COLOR: "1" };
      const coloured = await new Promise<string>((done) => {
        execFile(process.execPath, [main, "run", file], { env: forced }, (_error, _out, err) => done(err));
      });
      assert.ok(coloured.includes("\u001b["));
    });
  });

  it("accepts JupyterLab 4.2 and newer", () => {
    assert.deepEqual(["3.6.8", "4.1.9", "4.2.0", "4.10.1", "5.0"].map(isJupyterLabNewEnough), [
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});
