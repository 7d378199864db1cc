/** ONNX folders in Python: the calls that readers copy, and OpenVINO compared with ONNX Runtime on the same files. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { onnx } from "#stdlib/targets/onnx.run.js";
import { writeEncoder } from "#tests/oracles/encoder-folder.js";
import { ENCODERS } from "#tests/stdlib/models/encoder-models.js";
import { root } from "#tests/stdlib/models/golden.js";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { deployedOf, smallDecoders, smallEncoders, smallT5s, written } from "./deployed-models.js";

const run = promisify(execFile);
const call = (quantize?: string): Call => ({
  ...{ kind: "target", word: "onnx" },
  arguments: { path: "build", ...(quantize !== undefined && { quantize }) },
});

/**
 * Feeds the same made-up batch to both runtimes. For each file, prints the maximum difference and the greatest value.
 */
const BESIDE = `
import sys, numpy as np, openvino, onnxruntime
core = openvino.Core()
for file in sys.argv[1:]:
    session = onnxruntime.InferenceSession(file)
    feeds = {}
    for port in session.get_inputs():
        shape = [2 if size == "batch_size" else size if isinstance(size, int) else 0 if port.name.startswith("past") else 7 for size in port.shape]
        if "ids" in port.name:
            feeds[port.name] = (np.arange(np.prod(shape)).reshape(shape) * 5 % (7 if port.name == "position_ids" else 2 if "type" in port.name else 30)).astype(np.int64)
        elif "mask" in port.name:
            feeds[port.name] = np.ones(shape, np.int64)
        elif port.name == "use_cache_branch":
            feeds[port.name] = np.array([False])
        else:
            feeds[port.name] = np.sin(np.arange(np.prod(shape))).reshape(shape).astype(np.float32)
    names = [port.name for port in session.get_outputs()]
    model = core.compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    other = model(feeds)
    for name, own in zip(names, session.run(names, feeds)):
        assert np.abs(own - other[name]).max() <= 1e-4 * max(1, np.abs(own).max()), (file, name)
print("equal")
`;

describe("ONNX folders in Python", function () {
  this.timeout(600_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-onnx-python-"));
  after(() => rmSync(work, { recursive: true }));
  const inPython = async (code: string, ...given: readonly string[]): Promise<string> => {
    const { python } = await ensurePythonEnv("deploy");
    const file = join(work, "asks.py");
    writeFileSync(file, code);
    return (await run(python, [file, ...given], { cwd: work })).stdout;
  };
  const write = async (deployed: ModelToDeploy, folder: string, name: string, quantize?: string): Promise<string> =>
    (await written(onnx, call(quantize), deployed, folder, work, { writes: "folder", name })).at;

  it("run the printed classifier call", async () => {
    const golden = ENCODERS.find(({ name }) => name === "distilbert-plain")!;
    const folder = writeEncoder(join(work, "source"), golden, { tokenizer: { name: "distilbert", vocabulary: 30522 } });
    const labels = Object.keys(golden.config["id2label"] as object).length;
    const deployed = await deployedOf({ name: golden.name, folder, task: "text_classification", labels });
    const at = await write(deployed, folder, "classifier");
    const given = onnx.calls(call(), deployed, at).find(({ language }) => language === "Python")!;
    const printed = await inPython(given.code);
    const chances = [...printed.matchAll(/: ([\d.]+)/g)].map(([, p]) => Number(p));
    assert.equal(chances.length, labels);
    assert.ok(Math.abs(chances.reduce((a, b) => a + b, 0) - 1) < 1e-3, printed);
  });

  it("run the printed decoder call, token by token", async () => {
    const folder = fileURLToPath(new URL("fixtures/models/chat-llama", root));
    const deployed = await deployedOf({ name: "chat", folder, task: "text_generation", labels: 0 });
    const at = await write(deployed, folder, "writer");
    for (const roles of [["text"], ["messages"]]) {
      const given = onnx.calls(call(), { ...deployed, roles }, at).find(({ language }) => language === "Python")!;
      assert.match(await inPython(given.code), /\S/);
    }
  });

  it("give the same results in OpenVINO as in ONNX Runtime for every kind of model", async () => {
    const [bert] = smallEncoders(work, (name) => name === "bert-types");
    const decoders = smallDecoders().filter(({ name }) => /^(llama-grouped|gpt2-plain|gemma2-|cohere)/.test(name));
    const files: string[] = [];
    for (const model of [bert!, ...decoders, smallT5s().find(({ name }) => name === "t5-plain")!]) {
      const deployed = await deployedOf(model);
      const { said, at } = await written(onnx, call(), deployed, model.folder, work, {
        writes: "folder",
        name: model.name,
      });
      files.push(...Object.values(said.graphs!).map(({ file }) => join(at, file)));
    }
    assert.equal((await inPython(BESIDE, ...files)).trim(), "equal");
  });
});
