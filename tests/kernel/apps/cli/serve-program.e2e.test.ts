/**
 * A `.tune` file that serves: it runs to its last statement and reports what happened to its server. No command ends
 * early without a message.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programOf, TASKS, writeSmallTasks } from "#tests/kernel/deployments/small-tasks.js";

const cli = fileURLToPath(new URL("../../../../kernel/apps/cli/main.js", import.meta.url));
const guard = new URL("../../../../kernel/apps/cli/run-to-completion.js", import.meta.url).href;
const env = { ...process.env, NODE_OPTIONS: "" };

describe("program that serves", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "tunebook-serve-program-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("runs to its last statement, and says that its server ended and how to serve on", () => {
    writeSmallTasks(folder);
    const labels = TASKS.find(({ name }) => name === "labels")!;
    writeFileSync(
      join(folder, "desk.tune"),
      `engine { engine: onnx, threads: 1 }\n${programOf(labels, "full")}\ndeploy labels to http(port: 0) as desk\npredict labels on "good"\n`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "run", "desk.tune"], {
      ...{ cwd: folder, encoding: "utf8" as const, env },
    });
    assert.equal(status, 0, stderr);
    const served = stdout.indexOf("desk serves labels at http://127.0.0.1:");
    assert.ok(served > 0 && stdout.slice(served).includes("yes"), stdout);
    assert.match(stderr, /desk ended with this run; `tunebook serve runs\/labels-\S+` serves on/);
  });

  it("reports an early end with status 1, and does not wait for leftover timers", () => {
    const run = (work: string): { readonly status: number | null; readonly stderr: string } =>
      spawnSync(
        process.execPath,
        [
          "--input-type=module",
          "--eval",
          `import { exitAfterGracePeriod, awaitCommandCompletion } from ${JSON.stringify(guard)}; void awaitCommandCompletion(${work}).then(() => { process.exitCode = 3; });`,
        ],
        { encoding: "utf8", env },
      );
    const never = run("new Promise((done) => setTimeout(done, 60_000).unref())");
    assert.deepEqual([never.status, /error\[ended-early\]/.test(never.stderr)], [1, true], never.stderr);
    const busy = run("(async () => { setInterval(() => undefined, 60_000); exitAfterGracePeriod(); })()");
    assert.deepEqual([busy.status, busy.stderr], [3, ""]);
    const whole = run("new Promise((done) => setTimeout(done, 10))");
    assert.deepEqual([whole.status, whole.stderr], [3, ""]);
  });
});
