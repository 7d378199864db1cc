/** `tunebook verify` of a modified deployment: files that differ from those proved are reported and never opened. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Deployment } from "#kernel/deployments/deployment.js";
import type { DeploymentProof } from "#kernel/deployments/proof.js";
import { verifyDeployment } from "#kernel/features/deploy/verify.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

const main = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));

describe("changed deployment", function () {
  this.timeout(60_000);
  let book: NotebookOfOne;
  let copies = 0;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    await book.run(`${programOf(TASKS[0]!, "lora(rank: 2)")}\ndeploy labels to onnx("whole") { rows: 0 }`);
  });
  after(() => book.close());
  /** Returns a copy of the deployment, modified by `change`. */
  const changed = (change: (at: string) => void): string => {
    const at = join(book.folder, `copy${String(copies++)}`);
    cpSync(join(book.folder, "whole"), at, { recursive: true });
    change(at);
    return at;
  };
  const edit = <T>(file: string, change: (value: T) => unknown): void =>
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as T)));
  /** Changes tunebook.json and updates its checksum. */
  const told = (change: (d: Deployment) => unknown): string =>
    changed((at) => {
      edit<Deployment>(join(at, "tunebook.json"), change);
      const sum = createHash("sha256")
        .update(readFileSync(join(at, "tunebook.json")))
        .digest("hex");
      edit<DeploymentProof>(join(at, "proof.json"), (proof) => ({
        ...proof,
        files: { ...proof.files, "tunebook.json": sum },
      }));
    });
  const found = async (at: string): Promise<string> => {
    const { proof, found } = await verifyDeployment(at);
    if (found.length > 0) assert.deepEqual([proof.verdict, proof.runtime], ["not run", null]);
    return found.join("; ");
  };
  const refused = (work: Promise<unknown>, code: string, says: RegExp): Promise<void> =>
    assert.rejects(work, (error: CodedError) => {
      assert.equal(error.code, code, String(error));
      assert.match(error.message, says);
      return true;
    });

  it("is not reported as equal, in text or JSON", () => {
    const at = changed((to) => {
      const model = readFileSync(join(to, "onnx/model.onnx"));
      model[model.length >> 1]! ^= 1;
      writeFileSync(join(to, "onnx/model.onnx"), model);
    });
    const json = spawnSync(process.execPath, [main, "verify", at, "--json"], { encoding: "utf8" });
    assert.equal(json.status, 1);
    const said = JSON.parse(json.stdout) as { verdict: string; found: string[] };
    assert.deepEqual(said.found, ["onnx/model.onnx is not the file that was proved"]);
    assert.equal(said.verdict, "not run");
    const words = spawnSync(process.execPath, [main, "verify", at], { encoding: "utf8" });
    assert.equal(words.status, 1);
    assert.doesNotMatch(words.stdout, /✓|answers as/);
    assert.match(words.stderr, /proof-failed/);
    assert.match(words.stderr, /were not run: onnx\/model\.onnx is not the file/);
  });

  it("has only files that were verified, except for repository files", async () => {
    const carried = changed((at) => {
      mkdirSync(join(at, ".git"));
      for (const name of [".git/HEAD", ".gitattributes", "README.md"]) writeFileSync(join(at, name), "x");
    });
    assert.equal(await found(carried), "");
    for (const name of ["handler.py", "chat_template.jinja", "onnx/model_quantized.onnx"]) {
      const added = changed((at) => writeFileSync(join(at, name), "x"));
      assert.equal(await found(added), `${name} is no file that was proved`);
    }
    const without = changed((at) =>
      edit<DeploymentProof>(join(at, "proof.json"), (proof) => ({ ...proof, files: undefined })),
    );
    assert.match(await found(without), /no checksums/);
  });

  it("is refused if it names files outside its folder", async () => {
    for (const name of ["../secret", "/etc/passwd", "onnx/../../secret"]) {
      const at = changed((to) =>
        edit<DeploymentProof>(join(to, "proof.json"), (proof) => ({
          ...proof,
          files: { ...proof.files, [name]: "0" },
        })),
      );
      assert.equal(await found(at), `${JSON.stringify(name)} is listed, but is not one of its files`);
    }
    const graph = told((d) => ({
      ...d,
      written: {
        ...d.written,
        graphs: { forward: { ...d.written.graphs!.forward, file: "../whole/onnx/model.onnx" } },
      },
    }));
    assert.match(await found(graph), /"\.\.\/whole\/onnx\/model\.onnx" is listed/);
  });

  it("is refused without waiting if it contains a pipe or a device", async function () {
    if (process.platform === "win32") this.skip();
    const piped = changed((at) => {
      rmSync(join(at, "onnx/model.onnx"));
      execFileSync("mkfifo", [join(at, "onnx/model.onnx")]);
    });
    assert.match(await found(piped), /onnx\/model\.onnx is missing/);
    for (const name of ["proof.json", "tunebook.json"]) {
      const endless = changed((at) => {
        rmSync(join(at, name));
        symlinkSync("/dev/zero", join(at, name));
      });
      await refused(verifyDeployment(endless), "deployment-unreadable", /it is no regular file/);
    }
  });

  it("needs a matching runtime, and reports unknown words", async () => {
    for (const [change, says] of [
      [(d: Deployment) => ({ ...d, target: { ...d.target, word: "elsewhere" } }), /no target elsewhere/],
      [(d: Deployment) => ({ ...d, task: { ...d.task, word: "guessing" } }), /no task guessing/],
      [(d: Deployment) => ({ ...d, written: {} }), /tolerance/],
    ] as const)
      await refused(verifyDeployment(told(change)), "deployment-unreadable", says);
    await refused(verifyDeployment(join(book.folder, "whole"), "llama.cpp"), "runtime-unfit", /onnx/);
  });

  it("cannot forge terminal output", () => {
    const name = "lab\u001b[2Jels\u009b31m\nproof ✓";
    const at = told((d) => ({ ...d, name }));
    for (const more of [[], ["--json"]]) {
      const { stdout, status } = spawnSync(process.execPath, [main, "verify", at, ...more], { encoding: "utf8" });
      assert.equal(status, 0);
      assert.doesNotMatch(stdout, /[\u001b\u009b]/);
      assert.doesNotMatch(stdout, /^proof ✓/m);
    }
  });
});
