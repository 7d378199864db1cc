/**
 * `deploy` from a Tune program to the written files: every task for every target that supports it, proved in the
 * target's own runtime.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { diagnosticText, type CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { DeploymentProof } from "#kernel/deployments/proof.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { readDeployment } from "#kernel/deployments/deployment.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { RunList } from "#kernel/runs/history/run-list.js";
import { defaultRunView } from "#kernel/runs/history/run-listing.js";
import { verifyDeployment } from "#kernel/features/deploy/verify.js";
import { registry } from "#stdlib/registry.js";
import { until } from "#tests/until.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

const main = fileURLToPath(new URL("../../../kernel/apps/cli/main.js", import.meta.url));
const proofIn = (home: string): DeploymentProof =>
  JSON.parse(readFileSync(join(home, "proof.json"), "utf8")) as DeploymentProof;

describe("deployment of a trained model", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  before(() => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
  });
  after(() => book.close());

  for (const task of TASKS)
    it(`answers like the notebook as a transformers folder and as ONNX: ${task.name}`, async () => {
      await book.run(programOf(task, "lora(rank: 2)"));
      for (const target of ["huggingface", "onnx"]) {
        const at = `build/${task.name}-${target}`;
        await book.run(`deploy ${task.name} to ${target}("${at}")`);
        const proof = proofIn(join(book.folder, at));
        assert.equal(proof.verdict, "equal");
        assert.ok(proof.compared!.difference! <= 1e-4 * Math.max(1, proof.compared!.greatest));
        const labels = { labels: 6, pairs: 6, sets: 6, tags: 18 }[task.name];
        assert.deepEqual(proof.scores?.labels, labels && { of: labels, agree: labels });
        assert.ok(proof.compared!.inputs >= (task.base === "gpt2" ? 2 : 6), String(proof.compared!.inputs));
      }
    });

  it("writes only the adapter with `weights: adapter`, also for prompt tuning", async () => {
    for (const [i, technique] of ["lora(rank: 2)", "prompt_tuning(tokens: 3)"].entries()) {
      const name = `around${String(i)}`;
      await book.run(programOf(TASKS[0]!, technique, name));
      await book.run(
        `deploy ${name} to huggingface("build/${name}", weights: adapter)\ndeploy ${name} to onnx("build/${name}-onnx")`,
      );
      const home = join(book.folder, `build/${name}`);
      assert.ok(existsSync(join(home, "adapter_model.safetensors")) && !existsSync(join(home, "model.safetensors")));
      for (const at of [home, `${home}-onnx`]) assert.equal(proofIn(at).verdict, "equal", technique);
    }
    await refused(
      'deploy around1 to huggingface("build/x", weights: merged)',
      "cannot-deploy",
      /prompt_tuning cannot be merged.*\nhelp: write `weights: adapter`/,
    );
    // PEFT reads neither; if the adapter cannot be merged into the weights, no transformers folder can represent it.
    await book.run(programOf(TASKS[0]!, "adapters(pfeiffer, size: 4)", "bottled"));
    for (const weights of ["", ", weights: adapter", ", weights: merged"])
      await refused(`deploy bottled to huggingface("build/b"${weights})`, "cannot-deploy", /`onnx`, `savedmodel`/);
    await book.run('deploy bottled to onnx("build/bottled")');
    await book.run(programOf(TASKS[0]!, "bitfit", "biased"));
    await refused(
      'deploy biased to huggingface("build/b", weights: adapter)',
      "cannot-deploy",
      /help: remove `weights/,
    );
    await book.run('deploy biased to huggingface("build/biased")');
  });

  it("reports a missing run folder before anything is written", async () => {
    await book.run(programOf(TASKS[0]!, "bitfit", "gone"));
    rmSync(book.session.models.get("gone").weights!.folder, { recursive: true });
    for (const statement of ['deploy gone to onnx("build/gone")', "report gone"])
      await refused(statement, "run-folder", /gone.* was moved or deleted.*\nhelp: move it back/);
    assert.ok(!existsSync(join(book.folder, "build/gone")));
  });
  it("preserves existing files, and leaves nothing if it fails", async () => {
    const at = (path: string): string => join(book.folder, "build", path);
    mkdirSync(at("mine"), { recursive: true });
    writeFileSync(at("mine/notes.txt"), "mine");
    await refused('deploy labels to onnx("build/mine")', "place-taken", /notes\.txt/);
    await refused('deploy labels to onnx("build/pairs-onnx")', "deployment-of-another", /a deployment of pairs/);
    assert.equal(readDeployment(at("pairs-onnx")).name, "pairs");
    await book.run('deploy labels to onnx("build/pairs-onnx") { overwrite: true, rows: 0 }');
    assert.equal(readDeployment(at("pairs-onnx")).name, "labels");
    // Files that a user added are kept; a deployment is not replaced by one of another target.
    writeFileSync(at("sets-onnx/app.py"), "mine");
    await refused('deploy sets to onnx("build/sets-onnx")', "place-taken", /app\.py/);
    await refused('deploy sets to onnx("build/sets-onnx") { overwrite: true }', "place-taken", /app\.py/);
    await refused('deploy sets to savedmodel("build/tags-onnx")', "deployment-of-another", /tags .* as onnx/);
    await refused(
      'deploy tags to savedmodel("build/tags-onnx")',
      "deployment-of-another",
      /as onnx, not of tags .* as savedmodel/,
    );
    await refused('deploy tags to onnx("build/sets-onnx/more")', "place-taken", /inside the deployment/);
    assert.deepEqual(readdirSync(at("mine")), ["notes.txt"]);
    assert.deepEqual(
      readdirSync(at("")).filter((name) => name.startsWith(".")),
      [],
    );
    // Both are refused when the source is checked, before anything runs.
    await assert.rejects(book.run('deploy labels to onnx("build/mine")'), RefusedError);
    await book.run(programOf(TASKS[0]!, "lora(rank: 2)", "tags").replace(/^data.*\n/, ""));
    await assert.rejects(book.run('deploy tags to onnx("build/tags-onnx")'), RefusedError);
    // Files that only the earlier deployment had are removed.
    await book.run('deploy labels to onnx("build/again", quantize: int8)\ndeploy labels to onnx("build/again")');
    assert.deepEqual(readdirSync(at("again/onnx")), ["model.onnx"]);
  });

  it("is verified again after a move, and reports a changed byte", async () => {
    const at = join(book.folder, "moved");
    cpSync(join(book.folder, "build/labels-onnx"), at, { recursive: true });
    assert.deepEqual((await verifyDeployment(at)).found, []);
    writeFileSync(join(at, "README.md"), "my own words");
    assert.deepEqual((await verifyDeployment(at)).found, []);
    const model = readFileSync(join(at, "onnx/model.onnx"));
    model[model.length >> 1]! ^= 1;
    writeFileSync(join(at, "onnx/model.onnx"), model);
    rmSync(join(at, "tokenizer_config.json"));
    const { found } = await verifyDeployment(at);
    assert.ok(found.includes("onnx/model.onnx is not the file that was proved"), found.join());
    assert.ok(found.includes("tokenizer_config.json is missing"), found.join());
    await assert.rejects(verifyDeployment(at, "torch"), ({ code }: CodedError) => code === "runtime-missing");
    await assert.rejects(verifyDeployment(book.folder), ({ code }: CodedError) => code === "no-deployment");
  });

  it("is reported as not verified if no runtime opens the target", async () => {
    const capabilities = mustExist(registry.find("target", "onnx")?.capabilities, "the description of onnx");
    const { runtime } = capabilities;
    Object.assign(capabilities, { runtime: null });
    try {
      const shown = await book.run('deploy labels to onnx("build/unopened")');
      const at = join(book.folder, "build/unopened");
      assert.equal(proofIn(at).verdict, "not run");
      const told = JSON.stringify(shown);
      assert.match(told, /No runtime here can open it/);
      assert.doesNotMatch(told, /tunebook verify/);
      await assert.rejects(verifyDeployment(at), ({ code, data }: CodedError) => {
        assert.deepEqual(
          [code as string, data as object],
          [
            "runtime-missing",
            {
              runtime: "a runtime of onnx",
              brings: "Tunebook has no runtime that opens it; its files are unchanged",
            },
          ],
        );
        return true;
      });
    } finally {
      Object.assign(capabilities, { runtime });
    }
  });

  it("is refused if the licence of the base forbids derivatives", async () => {
    const card = join(book.folder, "bert/README.md");
    writeFileSync(card, "---\nlicense: cc-by-nd-4.0\n---\n");
    await refused('deploy labels to onnx("build/forbidden")', "licence-forbids", /cc-by-nd-4\.0/);
    // The licence also forbids models trained from a model that was trained from it, however many steps lie between.
    await book.run(
      programOf({ ...TASKS[0]!, base: "labels" as never }, "full", "second").replace('"labels"', "labels"),
    );
    await refused('deploy second to onnx("build/forbidden")', "licence-forbids", /cc-by-nd-4\.0/);
    await (book.values.get("labels") as ModelHandle).save("kept");
    assert.match(readFileSync(join(book.folder, "kept/README.md"), "utf8"), /^license: "cc-by-nd-4\.0"$/m);
    rmSync(card);
    assert.ok(!existsSync(join(book.folder, "build/forbidden")));
  });

  it("leaves no finished-looking files when killed, and is cleaned up by the next deployment", async () => {
    const run = readdirSync(book.runs).find((id) => /^labels-\d/.test(id));
    const file = join(book.folder, "killed.tune");
    writeFileSync(file, `model again { load: "runs/${run!}" }\ndeploy again to onnx("dead/end")\n`);
    const child = spawn(process.execPath, [main, "run", file], { stdio: "ignore", cwd: book.folder });
    const dead = join(book.folder, "dead");
    const writing = (): readonly string[] =>
      existsSync(dead) ? readdirSync(dead).filter((name) => name.startsWith(".writing-")) : [];
    await until(() => writing().length > 0 || child.exitCode !== null, "a file that is written");
    child.kill("SIGKILL");
    await once(child, "close");
    assert.ok(writing().length > 0);
    assert.ok(!existsSync(join(dead, "end")));
    await book.run('deploy labels to onnx("dead/end")');
    assert.deepEqual(writing(), []);
    assert.equal(proofIn(join(dead, "end")).verdict, "equal");
  });

  it("leaves nothing if interrupted", async () => {
    const stop = new AbortController();
    const { length } = readdirSync(book.runs);
    const running = book.run('deploy labels to onnx("build/stopped")', { signal: stop.signal });
    const poll = setInterval(() => {
      if (readdirSync(book.runs).length > length) stop.abort();
    }, 1);
    await assert.rejects(
      running.finally(() => clearInterval(poll)),
      ({ code }: CodedError) => code === "interrupted",
    );
    assert.ok(!existsSync(join(book.folder, "build/stopped")));
  });

  it("is recorded as a run with its proof, and no file contains a row of the data", async () => {
    const canary = "xylophone quartz canary 7319";
    const rows = Array.from({ length: 40 }, (_, i) => ({
      text: `${canary} ${i}`,
      label: i % 2 ? "yes" : "no",
      part: i % 4 ? "train" : "test",
    }));
    writeFileSync(join(book.folder, "canary.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    await book.run(programOf({ ...TASKS[0]!, name: "canary" }, "full"));
    const before = new Set(readdirSync(book.runs));
    const targets = ["huggingface", "onnx", "savedmodel"];
    for (const target of targets) await book.run(`deploy canary to ${target}("build/canary-${target}")`);
    const made = readdirSync(book.runs).filter((id) => !before.has(id));
    assert.equal(made.length, targets.length);
    const folders = [
      ...targets.map((target) => join(book.folder, `build/canary-${target}`)),
      ...made.map((id) => join(book.runs, id)),
    ];
    for (const folder of folders) {
      assert.ok(proofIn(folder).scores!.rows === 10, folder);
      for (const file of filesIn(folder)) assert.ok(!readFileSync(file).includes("xylophone"), file);
    }
    const list = new RunList(book.runs);
    await list.look();
    const listed = list.list({ ...defaultRunView, since: 0 }).runs.filter(({ id }) => made.includes(id));
    assert.deepEqual(
      listed.map(({ state }) => state),
      ["done", "done", "done"],
    );
    assert.match(listed.map(({ technique }) => technique).join(), /→ savedmodel/);
  });

  const refused = (program: string, code: string, says: RegExp): Promise<void> =>
    assert.rejects(book.run(program), (error: CodedError | RefusedError) => {
      assert.equal(error instanceof RefusedError ? error.diagnostics[0]?.code : error.code, code, String(error));
      const told =
        error instanceof RefusedError ? error.message : `${error.message}\nhelp: ${diagnosticText(error).help}`;
      assert.match(told, says);
      return true;
    });
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}
