/**
 * Containers with Tunebook's own server: the written files are valid, and the package serves the model where nothing
 * else is installed.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { extract } from "tar";
import { parse } from "yaml";
import type { DeploymentProof } from "#kernel/deployments/proof.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { systemdUnitFile } from "#stdlib/targets/shared/container/service-files.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { checkedDockerfile } from "./dockerfile.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const KEY = "a-key-of-this-test";

describe("container target with Tunebook's server", function () {
  this.timeout(300_000);
  let book: NotebookOfOne;
  let clean: string;
  const at = (...path: readonly string[]): string => join(book.folder, "build/labels", ...path);
  before(async () => {
    book = new NotebookOfOne();
    clean = mkdtempSync(join(tmpdir(), "tunebook-clean-"));
    writeSmallTasks(book.folder);
    const labels = TASKS.find(({ name }) => name === "labels")!;
    await book.run("engine { engine: onnx, threads: 1 }");
    await book.run(`${programOf(labels, "full")}\ndeploy labels to container("build/labels")`);
  });
  after(async () => {
    await book.close();
    rmSync(clean, { recursive: true, force: true });
  });

  it("is verified, and writes an image, a service and the key locations, but no key", () => {
    const proof = JSON.parse(readFileSync(at("proof.json"), "utf8")) as DeploymentProof;
    assert.equal(proof.verdict, "equal");
    checkedDockerfile(readFileSync(at("Dockerfile"), "utf8"), at());
    const compose = parse(readFileSync(at("compose.yaml"), "utf8")) as {
      services: Record<string, Record<string, unknown>>;
    };
    const service = compose.services["labels"]!;
    assert.deepEqual(
      [service["build"], service["ports"], service["env_file"], service["read_only"]],
      [".", ["127.0.0.1:8080:8080"], "tunebook.env", true],
    );
    assert.ok(!existsSync(at("tunebook.env")) && !existsSync(at("server.mjs")));
    assert.match(readFileSync(at("tunebook.env.example"), "utf8"), /^TUNEBOOK_KEYS=$/m);
    assert.match(readFileSync(at(".dockerignore"), "utf8"), /^tunebook\.env$/m);
    for (const file of ["Dockerfile", "compose.yaml", "tunebook.service", "tunebook.env.example"])
      assert.ok(!readFileSync(at(file), "utf8").includes(book.folder), file);
  });

  for (const name of ["labels", "my model", '100% "sure" $HOME'])
    it(`has a valid systemd unit for a model called ${name}`, function () {
      const unit = join(clean, "tunebook.service");
      writeFileSync(unit, systemdUnitFile(name));
      const { status, stdout, stderr, error } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], {
        encoding: "utf8",
      });
      // Without `systemd-analyze`, only the unit's sections are checked.
      if (error) {
        assert.deepEqual(readFileSync(unit, "utf8").match(/^\[\w+\]$/gm), ["[Unit]", "[Service]", "[Install]"]);
        return;
      }
      assert.equal(`${stdout}${stderr}`.trim(), "");
      assert.equal(status, 0);
    });

  it("serves from an unrelated folder with only the packed files", async () => {
    cpSync(at(), join(clean, "image"), { recursive: true });
    await extract({ file: join(clean, "image/tunebook.tgz"), cwd: clean });
    const manifest = JSON.parse(readFileSync(join(clean, "package/package.json"), "utf8")) as Record<string, unknown>;
    assert.ok(!("scripts" in manifest) && !("devDependencies" in manifest));
    for (const version of Object.values(manifest["dependencies"] as Record<string, string>))
      assert.match(version, /^\d+\.\d+\.\d+$/);
    // Packages that npm would install.
    symlinkSync(modules, join(clean, "package/node_modules"));
    const [, words = "[]"] = /^CMD (.*)$/m.exec(readFileSync(at("Dockerfile"), "utf8")) ?? [];
    const told = (JSON.parse(words) as string[])
      .slice(1)
      .map((word) => (word === "8080" ? "0" : word.replace("=/model", "=image")));
    const child = spawn(
      process.execPath,
      [join(clean, "package/dist/kernel/apps/cli/main.js"), ...told, "--threads", "1"],
      {
        cwd: clean,
        env: { ...process.env, TUNEBOOK_KEYS: KEY, TUNEBOOK_CACHE: join(clean, "cache"), NODE_OPTIONS: "" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [, found] = /^Serving at (\S+)/.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      });
      child.once("close", () => reject(new Error(said)));
    });
    try {
      const texts = ["good bad a", "kind"];
      const own = await (book.values.get("labels") as ModelHandle).predict<{
        text: string;
        label: string;
        probabilities: Record<string, number>;
      }>(texts);
      const ask = (key?: string) =>
        fetch(`${url}/predict`, {
          method: "POST",
          headers: { "content-type": "application/json", ...(key !== undefined && { authorization: `Bearer ${key}` }) },
          body: JSON.stringify({ model: "labels", inputs: texts.map((text) => [text]) }),
        });
      assert.equal((await ask()).status, 401);
      const answers = (await (await ask(KEY)).json()) as { label: string; score: number }[][];
      for (const [i, scores] of answers.entries())
        for (const { label, score } of scores) assert.ok(Math.abs(score - own[i]!.probabilities[label]!) < 1e-4);
      assert.equal((await fetch(`${url}/health`)).status, 200);
      assert.ok(!said.includes(KEY) && !said.includes("good bad a"));
    } finally {
      child.kill("SIGTERM");
    }
    assert.deepEqual(await once(child, "close"), [0, null]);
  });

  it("is smaller than its source packages, and contains no tests", () => {
    const names = execFileSync("tar", ["tzf", at("tunebook.tgz")], { encoding: "utf8" }).split("\n");
    assert.ok(names.includes("package/dist/kernel/apps/cli/main.js") && names.includes("package/package.json"));
    assert.deepEqual(
      names.filter((name) => /\/tests\/|\.test\.|\.map$|\.d\.ts$|node_modules/.test(name)),
      [],
    );
  });
});
