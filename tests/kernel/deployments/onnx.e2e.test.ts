import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NDArray } from "#dsl/tensor/program.js";
import { toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import type { OpenedModel } from "#kernel/deployments/runtime.js";
import { onnxruntimeRuntime } from "#kernel/deployments/runtimes/onnxruntime.js";
import type { ModelToDeploy, GraphFile, DeploymentResult } from "#stdlib/targets/kind.js";
import { onnxGraphsToExport } from "#stdlib/targets/shared/onnx/graphs.js";
import { onnx } from "#stdlib/targets/onnx.run.js";
import { greedy, runAll, writeAll } from "./past-graphs.js";
import { withTechnique } from "./techniques.js";
import {
  deployedOf,
  difference,
  feedsOf,
  ownAnswers,
  smallDecoders,
  smallEncoders,
  smallT5s,
  written,
  type Feeds,
  type SmallModel,
} from "./deployed-models.js";

const call: Call = { kind: "target", word: "onnx", arguments: { path: "build" } };

/** Ops of ONNX's opset 20 that graphs may contain. Look up any other op there before you add it. */
const STANDARD: ReadonlySet<string> = new Set([
  ...[
    "Add",
    "ArgMax",
    "Cast",
    "Concat",
    "ConstantOfShape",
    "Cos",
    "Div",
    "Equal",
    "Expand",
    "Gather",
    "Gelu",
    "Gemm",
    "Greater",
  ],
  ...[
    "Identity",
    "LayerNormalization",
    "Less",
    "MatMul",
    "Max",
    "Min",
    "Mul",
    "Neg",
    "Not",
    "Or",
    "Pad",
    "Pow",
    "Range",
  ],
  ...[
    "ReduceMax",
    "ReduceMean",
    "ReduceSum",
    "Relu",
    "Reshape",
    "Shape",
    "Sigmoid",
    "Sin",
    "Slice",
    "Softmax",
    "Softplus",
  ],
  ...["Split", "Sqrt", "Sub", "Tanh", "Transpose", "Unsqueeze", "Where", "CumSum", "Abs"],
]);

/** Selects the models of each family whose graphs differ. */
const chosen = (name: string): boolean =>
  ["bert-types", "distilbert-plain", "roberta-plain", "mobilebert-plain", "mobilebert-left"].includes(name);

describe("onnx target", function () {
  this.timeout(120_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-onnx-"));
  after(() => rmSync(work, { recursive: true }));

  const opened = async (
    model: SmallModel,
    deployed: ModelToDeploy,
    use: (runs: NonNullable<OpenedModel["run"]>, said: DeploymentResult) => Promise<void>,
  ): Promise<void> => {
    for (const { graph } of onnxGraphsToExport(deployed)) {
      const own = [...new Set(graph.nodes.flatMap(({ op, domain }) => (domain || !STANDARD.has(op) ? [op] : [])))];
      assert.deepEqual(own, [], `${model.name}: ops that are not the standard's`);
    }
    const place = { writes: "folder", name: `${model.name}-onnx` } as const;
    const { at, said } = await written(onnx, call, deployed, model.folder, work, place);
    const runtime = await onnxruntimeRuntime.open(at, said);
    await use(runtime.run!.bind(runtime), said);
    await runtime.close();
  };
  const close = (got: NDArray, want: NDArray, feeds: Feeds, what: string): void => {
    const { most, greatest } = difference(got, want, feeds);
    assert.ok(most <= 1e-4 * greatest, `${what}: ${String(most)} of ${String(greatest)}`);
  };

  it("matches the model in ONNX Runtime for every encoder family at unequal lengths", async () => {
    for (const model of smallEncoders(work, chosen)) {
      const deployed = await deployedOf(model);
      const feeds = feedsOf(deployed, 3, 9);
      const own = await ownAnswers(deployed, model.folder, feeds);
      await opened(model, deployed, async (runs, said) => {
        assert.deepEqual(
          Object.values(said.graphs!.forward!.inputs).map((port) => [port.name, port.dtype]),
          Object.keys(feeds).map((name) => [name, "i64"]),
        );
        close((await runs("forward", feeds))["logits"]!, own["logits"]!, feeds, model.name);
      });
    }
  });

  it("generates with cached keys and values for every decoder", async () => {
    for (const model of smallDecoders()) {
      const deployed = await deployedOf(model);
      const feeds = feedsOf(deployed, 3, 9);
      const own = await ownAnswers(deployed, model.folder, feeds);
      await opened(model, deployed, async (runs, said) => {
        const decoder = said.graphs!.decoder!;
        for (const cut of [9, 4]) {
          const logits = await runAll(runs, decoder, feeds, cut);
          close(logits, own["logits"]!, feeds, `${model.name}, cut at ${String(cut)}`);
        }
        await agrees(model, deployed, runs, decoder);
      });
    }
  });

  it("generates with encoder and decoder for every T5, with or without cached keys", async () => {
    for (const model of smallT5s()) {
      const deployed = await deployedOf(model);
      const feeds = feedsOf(deployed, 3, 9);
      const own = await ownAnswers(deployed, model.folder, feeds);
      await opened(model, deployed, async (runs, said) => {
        for (const cut of [4, 2]) {
          const logits = await writeAll(runs, said.graphs!.decoder!, feeds, cut);
          close(logits, own["logits"]!, feeds, `${model.name}, cut at ${String(cut)}`);
        }
      });
    }
  });

  it("preserves what a technique adds to the layers", async () => {
    const [bert] = smallEncoders(work, (name) => name === "bert-types");
    const llama = smallDecoders().find(({ name }) => name === "llama-grouped")!;
    const t5 = smallT5s().find(({ name }) => name === "t5-plain")!;
    for (const [model, word] of [
      [bert!, "adapters"],
      [bert!, "routed_lora"],
      [bert!, "prompt_tuning"],
      [llama, "prefix_tuning"],
      [llama, "adapters"],
      [t5, "prompt_tuning"],
      [t5, "prefix_tuning"],
    ] as const) {
      const around = await withTechnique(await deployedOf(model), word);
      const feeds = feedsOf(around.deployed, 3, 9);
      const own = await around.answers(model.folder, feeds);
      const named = { ...model, name: `${model.name}-${word}` };
      await opened(named, around.deployed, async (runs, said) => {
        const { forward, decoder } = said.graphs!;
        const logits = forward
          ? (await runs("forward", feeds))["logits"]!
          : "encoder" in said.graphs!
            ? await writeAll(runs, decoder!, feeds, 2)
            : await runAll(runs, decoder!, feeds, 4);
        close(logits, own["logits"]!, feeds, named.name);
      });
    }
  });

  it("refuses prompt tokens of a technique in a decoder", async () => {
    const llama = smallDecoders().find(({ name }) => name === "llama-grouped")!;
    const { deployed } = await withTechnique(await deployedOf(llama), "prompt_tuning");
    assert.match(JSON.stringify(await onnx.refuses!(call, deployed)), /prompt_tuning/);
  });

  /** Each generated token is the one that our own engine finds likeliest after the text so far. */
  const agrees = async (
    model: SmallModel,
    deployed: ModelToDeploy,
    runs: NonNullable<OpenedModel["run"]>,
    decoder: GraphFile,
  ): Promise<void> => {
    const { positions } = deployed.family.implementation.sizes(deployed.parts.config);
    const more = Math.min(32, positions - 4);
    const [prompt] = [feedsOf(deployed, 1, 4, true)["input_ids"]!];
    const ids = await greedy(runs, decoder, prompt, more);
    const all = {
      input_ids: integers([1, ids.length], ids),
      attention_mask: integers(
        [1, ids.length],
        ids.map(() => 1),
      ),
    };
    const { logits } = await ownAnswers(deployed, model.folder, all);
    const width = logits!.shape.at(-1)!;
    const said = new Float32Array(Uint8Array.from(logits!.bytes).buffer);
    for (let at = 3; at < ids.length - 1; at++) {
      const row = said.subarray(at * width, (at + 1) * width);
      assert.equal(ids[at + 1], row.indexOf(Math.max(...row)), `${model.name}, place ${String(at + 1)}`);
    }
  };
});

function integers(shape: readonly number[], numbers: readonly number[]): NDArray {
  return toNDArray("i32", makeArrayValues(shape, [...numbers]));
}
