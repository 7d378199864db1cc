/**
 * `deploy` to single-graph formats: models that read and models that generate, proved in the formats' own runtimes.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { DeploymentProof } from "#kernel/deployments/proof.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

/** Task, target, and location of the proof. */
const DEPLOYMENTS = [
  ["labels", 'tflite("build/labels.tflite")', "build/labels.tflite.files", "equal"],
  ["labels", 'coreml("build/labels.mlpackage", shape: free)', "build/labels.mlpackage", "equal"],
  ["scores", 'tflite("build/scores.tflite", quantize: f16)', "build/scores.tflite.files", "equal"],
  ["scores", 'tflite("build/rounded.tflite", quantize: int8)', "build/rounded.tflite.files", "agrees"],
  ["tales", 'tflite("build/tales.tflite", shape: free)', "build/tales.tflite.files", "equal"],
  ["rewrites", 'tflite("build/rewrites.tflite")', "build/rewrites.tflite.files", "equal"],
  ["rewrites", 'savedmodel("build/rewrites")', "build/rewrites", "equal"],
] as const;

/** Output of the displayed calls. */
const SAID: Readonly<Record<(typeof DEPLOYMENTS)[number][0], RegExp>> = {
  labels: /^The parcel never came\. (yes|no) 0\.\d+\nThank you! (yes|no) 0\.\d+\n$/,
  scores: /^The parcel never came\. \d\.\d+\nThank you! \d\.\d+\n$/,
  tales: /^The parcel never came\. \S*\nThank you! \S*\n$/,
  rewrites: /^The parcel never came\. \S*\nThank you! \S*\n$/,
};

/** Returns the Python call that the cell displays. */
function pythonIn(shown: readonly DisplayOutput[]): string {
  const text = shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
  const lines = text.slice(text.indexOf("Use it in Python")).split("\n").slice(1);
  const end = lines.findIndex((line) => line !== "" && !line.startsWith("  "));
  return lines
    .slice(0, end < 0 ? undefined : end)
    .map((line) => line.slice(2))
    .join("\n");
}

/**
 * Runs programs one after another, each in a separate namespace, and prints their outputs as a list. Libraries are
 * loaded only once.
 */
const PROGRAMS = `
import contextlib, io, json, sys
said = []
for program in json.load(open(sys.argv[1])):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program, {"__name__": "__main__"})
    said.append(printed.getvalue())
print(json.dumps(said))
`;

describe("deployment to TensorFlow, LiteRT and Core ML", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  /** Calls of LiteRT files, by deployment. */
  const calls: (readonly [name: (typeof DEPLOYMENTS)[number][0], call: string])[] = [];
  before(async () => {
    await Promise.all([ensureNodeEnv("litert"), ensurePythonEnv("deploy")]);
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    for (const task of TASKS.filter(({ name }) => DEPLOYMENTS.some(([own]) => own === name)))
      await book.run(programOf(task, "lora(rank: 2)"));
  });
  after(() => book.close());

  for (const [name, target, home, verdict] of DEPLOYMENTS)
    it(`is verified by the target's runtime: ${name} to ${target}: ${verdict}`, async () => {
      const shown = await book.run(`deploy ${name} to ${target}`);
      const proof = JSON.parse(readFileSync(join(book.folder, home, "proof.json"), "utf8")) as DeploymentProof;
      assert.equal(proof.verdict, verdict);
      const { tokens, agree, inputs } = proof.compared!;
      assert.equal(agree, inputs);
      assert.equal(tokens !== undefined, name === "tales" || name === "rewrites");
      const call = pythonIn(shown);
      if (target.startsWith("tflite")) calls.push([name, call]);
      else if (target.startsWith("savedmodel")) assert.match(call, /serving_default/);
      if (tokens) assert.ok(tokens.of >= 20 && tokens.agree === tokens.of, JSON.stringify(tokens));
    });

  it("runs the printed Python calls", async () => {
    assert.equal(calls.length, DEPLOYMENTS.filter(([, target]) => target.startsWith("tflite")).length);
    const { python } = await ensurePythonEnv("deploy");
    const [programs, file] = ["programs.py", "calls.json"].map((own) => join(book.folder, own)) as [string, string];
    writeFileSync(programs, PROGRAMS);
    writeFileSync(file, JSON.stringify(calls.map(([, call]) => call)));
    const stdio = ["ignore", "pipe", "ignore"] as const;
    const printed = execFileSync(python, [programs, file], { cwd: book.folder, encoding: "utf8", stdio: [...stdio] });
    const said = JSON.parse(printed.trim().split("\n").at(-1)!) as readonly string[];
    for (const [i, [name, call]] of calls.entries()) assert.match(said[i]!, SAID[name], call);
  });
});
