/** Run folders in which a file is a named pipe: no reader may wait for a writer that never arrives. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operations, troubleOf } from "./hostile-runs.js";
import { files, writeRunFiles } from "./run-files.js";

describe("run folder with named pipes", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-pipes-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("gives a result or a coded error for a pipe as any file", async function () {
    if (process.platform === "win32") this.skip();
    const at = await writeRunFiles(folder);
    const run = join(folder, "runs", at.id);
    const own = [...files.json, ...files.lines, "checkpoints/step-000088.safetensors"].map((name) => join(run, name));
    for (const file of [...own, join(folder, "rows.csv"), join(folder, "bert", "config.json")]) {
      const before = readFileSync(file);
      rmSync(file);
      execFileSync("mkfifo", [file]);
      for (const [name, operation] of Object.entries(operations))
        assert.equal(await Promise.race([troubleOf(operation, at), hung()]), null, `${name} with ${file}`);
      rmSync(file);
      writeFileSync(file, before);
    }
  });
});

const hung = (): Promise<string> => new Promise((done) => setTimeout(() => done("it waits"), 8000).unref());
