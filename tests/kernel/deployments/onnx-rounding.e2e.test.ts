import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelFile } from "#dsl/tensor/backends/onnx/file.js";
import type { Call } from "#dsl/language/types/value.js";
import { onnxruntimeRuntime } from "#kernel/deployments/runtimes/onnxruntime.js";
import { onnxGraphsToExport } from "#stdlib/targets/shared/onnx/graphs.js";
import { onnx } from "#stdlib/targets/onnx.run.js";
import { deployedOf, difference, feedsOf, smallDecoders, smallEncoders, smallT5s, written } from "./deployed-models.js";
import { runAll, writeAll } from "./past-graphs.js";

const call = (quantize?: string): Call => ({
  kind: "target",
  word: "onnx",
  arguments: { path: "build", ...(quantize !== undefined && { quantize }) },
});

/** Maximum difference from the unrounded file's outputs on small models, as a share of the greatest value. */
const MOST = { f16: 0.003, int8: 0.08, int4: 0.4 };

describe("quantized ONNX models", function () {
  this.timeout(120_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-rounded-"));
  after(() => rmSync(work, { recursive: true }));
  const [bert] = smallEncoders(work, (name) => name === "bert-types");
  const llama = smallDecoders().find(({ name }) => name === "llama-grouped")!;
  const t5 = smallT5s().find(({ name }) => name === "t5-plain")!;

  for (const model of [bert!, llama, t5])
    it(`${model.name} answers nearly like the unquantized file`, async () => {
      const deployed = await deployedOf(model);
      const feeds = feedsOf(deployed, 3, 9);
      const said = async (quantize?: string) => {
        const place = { writes: "folder", name: `${model.name}-${String(quantize)}` } as const;
        const { at, said } = await written(onnx, call(quantize), deployed, model.folder, work, place);
        const runtime = await onnxruntimeRuntime.open(at, said);
        const runs = runtime.run!.bind(runtime);
        const { forward, decoder, encoder } = said.graphs!;
        const logits = forward
          ? (await runs("forward", feeds))["logits"]!
          : await (encoder ? writeAll : runAll)(runs, decoder!, feeds, 2);
        await runtime.close();
        return { logits, said, size: statSync(join(at, (forward ?? decoder!).file)).size };
      };
      const whole = await said();
      for (const [quantize, most] of Object.entries(MOST)) {
        const { logits, said: told } = await said(quantize);
        const found = difference(logits, whole.logits, feeds);
        assert.ok(
          found.most > 0 && found.most <= most * found.greatest,
          `${quantize}: ${String(found.most)} of ${String(found.greatest)}`,
        );
        assert.ok(told.rounded);
      }
    });

  it("use fixed scales from calibration rows, and contain none of those rows", async () => {
    for (const model of [bert!, llama]) {
      const deployed = await deployedOf(model);
      const feeds = feedsOf(deployed, 3, 9);
      const rows = Array.from({ length: 4 }, (_, row) =>
        Int32Array.from({ length: 9 }, (_, at) => 4 + ((row * 31 + at * 17 + 5) % 30)),
      );
      const asked: number[] = [];
      const calibration = (count: number) => Promise.resolve((asked.push(count), rows));
      const said = async (given: Call["arguments"], name: string) => {
        const place = { writes: "folder", name: `${model.name}-${name}` } as const;
        const own = { ...deployed, calibration };
        const made = { ...call(), arguments: { path: "build", ...given } };
        const { at, said } = await written(onnx, made, own, model.folder, work, place);
        assert.deepEqual(readdirSync(join(at, "onnx")).length, 1);
        const runtime = await onnxruntimeRuntime.open(at, said);
        const runs = runtime.run!.bind(runtime);
        const { forward, decoder } = said.graphs!;
        const logits = forward ? (await runs("forward", feeds))["logits"]! : await runAll(runs, decoder!, feeds, 2);
        await runtime.close();
        return logits;
      };
      const whole = await said({}, "exact");
      const fixed = await said({ quantize: "int8", calibrate: 4 }, "fixed");
      const { most, greatest } = difference(fixed, whole, feeds);
      assert.deepEqual(asked, [4]);
      assert.ok(most > 0 && most < 0.15 * greatest, `${model.name}: ${String(most)} of ${String(greatest)}`);
    }
  });

  it("refuse calibration for encoder-decoders and without int8", async () => {
    const refused = async (model: typeof t5, given: Call["arguments"]) =>
      onnx.refuses!({ ...call(), arguments: { path: "build", ...given } }, await deployedOf(model));
    const said = async (...of: Parameters<typeof refused>) => JSON.stringify(await refused(...of));
    assert.match(await said(t5, { quantize: "int8", calibrate: 4 }), /encoder-decoder.*remove `calibrate`/);
    assert.match(await said(bert!, { quantize: "f16", calibrate: 4 }), /int8/);
    assert.equal(await refused(bert!, { quantize: "int8", calibrate: 4 }), null);
  });

  it("store weights above the size limit in a second file", async () => {
    const deployed = await deployedOf(bert!);
    const [{ graph, ports }] = onnxGraphsToExport(deployed) as [ReturnType<typeof onnxGraphsToExport>[number]];
    const feeds = feedsOf(deployed, 2, 5);
    const answers = [];
    for (const most of [1e9, 1000]) {
      const file = modelFile(graph, "apart.onnx_data", most);
      assert.equal(file.data === null, most > 1000);
      writeFileSync(join(work, "apart.onnx"), await gathered(file.model()));
      if (file.data) writeFileSync(join(work, "apart.onnx_data"), await gathered(file.data()));
      const runtime = await onnxruntimeRuntime.open(work, {
        graphs: { forward: { file: "apart.onnx", ...ports } },
        tolerance: 0,
      });
      answers.push((await runtime.run!("forward", feeds))["logits"]);
      await runtime.close();
    }
    assert.ok(statSync(join(work, "apart.onnx")).size < readFileSync(join(work, "apart.onnx_data")).length);
    assert.deepEqual(answers[0], answers[1]);
  });
});

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
