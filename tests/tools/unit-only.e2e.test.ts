import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

const guard = new URL("../../../tools/unit-only.mjs", import.meta.url).href;

describe("sandbox of unit tests", () => {
  it("blocks any process or thread, and every host except this one", () => {
    const works = [
      `fork("/x/main.js", { execArgv: [] })`,
      `spawn("python3", ["-m", "jupyterlab"])`,
      `spawnSync("git", ["status"])`,
      `execFileSync("node")`,
      `execSync("ls -l")`,
      `new Worker("/x/thread.js")`,
      `connect(443, "192.0.2.1")`,
      `connect({ port: 1, host: "127.0.0.1" }).on("error", () => undefined)`,
    ];
    const program = `import { execFileSync, execSync, fork, spawn, spawnSync } from "node:child_process";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
${works.map((work) => `try { ${work}; console.log("went on"); } catch (error) { console.log(error.message); }`).join("\n")}`;
    const said = execFileSync(process.execPath, ["--import", guard, "--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    const words = said.trim().split("\n");
    assert.ok(words.slice(0, -1).every((line) => line.endsWith(": name its file *.e2e.test.ts")));
    assert.deepEqual(
      words.map((line) => line.replace(/: a test that needs this.*/, "").replace(/ --\S+/g, "")),
      [
        `a unit test starts ${process.execPath} /x/main.js`,
        "a unit test starts python3 -m jupyterlab",
        "a unit test starts git status",
        "a unit test starts node",
        "a unit test starts ls -l",
        "a unit test starts a thread of /x/thread.js",
        "a unit test connects to 192.0.2.1",
        "went on",
      ],
    );
  });
});
