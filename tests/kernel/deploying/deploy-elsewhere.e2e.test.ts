/** `deploy` to formats of single graphs: what reads and what writes, proved in the formats' own runtimes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Proof } from "#kernel/deploying/proof.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

/** Task, target, and where its proof lies. */
const DEPLOYMENTS = [
  ["labels", 'tflite("build/labels.tflite")', "build/labels.tflite.files", "equal"],
  ["labels", 'coreml("build/labels.mlpackage", shape: free)', "build/labels.mlpackage", "equal"],
  ["scores", 'tflite("build/scores.tflite", quantize: f16)', "build/scores.tflite.files", "equal"],
  ["scores", 'tflite("build/rounded.tflite", quantize: int8)', "build/rounded.tflite.files", "agrees"],
  ["tales", 'tflite("build/tales.tflite", shape: free)', "build/tales.tflite.files", "equal"],
  ["rewrites", 'tflite("build/rewrites.tflite")', "build/rewrites.tflite.files", "equal"],
  ["rewrites", 'savedmodel("build/rewrites")', "build/rewrites", "equal"],
] as const;

describe("deploying to TensorFlow, LiteRT and Core ML", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  before(async () => {
    await Promise.all([ensureNodeEnv("litert"), ensurePythonEnv("deploy")]);
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    for (const task of TASKS.filter(({ name }) => DEPLOYMENTS.some(([own]) => own === name)))
      await book.run(programOf(task, "lora(rank: 2)"));
  });
  after(() => book.close());

  for (const [name, target, home, verdict] of DEPLOYMENTS)
    it(`${name} to ${target}: ${verdict}, by its own runtime`, async () => {
      await book.run(`deploy ${name} to ${target}`);
      const proof = JSON.parse(readFileSync(join(book.folder, home, "proof.json"), "utf8")) as Proof;
      assert.equal(proof.verdict, verdict);
      const { tokens, agree, inputs } = proof.compared!;
      assert.equal(agree, inputs);
      assert.equal(tokens !== undefined, name === "tales" || name === "rewrites");
      if (tokens) assert.ok(tokens.of >= 20 && tokens.agree === tokens.of, JSON.stringify(tokens));
    });
});
