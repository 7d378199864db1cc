/**
 * Folders of ONNX models in unmodified transformers.js, in Node and in Chromium (wasm, and WebGPU on the software
 * adapter).
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NDArray } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { onnxruntimeRuntime } from "#kernel/deployments/runtimes/onnxruntime.js";
import type { ModelToDeploy, DeploymentResult } from "#stdlib/targets/kind.js";
import { onnx } from "#stdlib/targets/onnx.run.js";
import { writeEncoder } from "#tests/oracles/encoder-folder.js";
import { uniform } from "#tests/oracles/numbers.js";
import { ENCODERS } from "#tests/stdlib/models/encoder-models.js";
import { root } from "#tests/stdlib/models/golden.js";
import { deployedOf, ownAnswers, smallT5s, written, type SmallModel } from "./deployed-models.js";
import { greedy } from "./past-graphs.js";
import { inNode, ModelPage } from "./transformers-js.js";

const call = (given: Call["arguments"] = {}): Call => ({
  kind: "target",
  word: "onnx",
  arguments: { path: "build", ...given },
});
const ASKED = "The invoice that came on Monday is wrong.";
const integers = (rows: readonly (readonly number[])[]): NDArray =>
  toNDArray("i32", makeArrayValues([rows.length, rows[0]!.length], rows.flat()));

describe("transformers.js deployment", function () {
  this.timeout(300_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-transformers-js-"));
  const models = join(work, "models");
  let page: ModelPage;
  before(async () => {
    page = await ModelPage.over(models);
  });
  after(async () => {
    await page.close();
    rmSync(work, { recursive: true });
  });

  const write = (
    deployed: ModelToDeploy,
    folder: string,
    name: string,
    given: Call["arguments"] = {},
  ): Promise<{ said: DeploymentResult }> =>
    written(onnx, call(given), deployed, folder, models, { writes: "folder", name });
  /** Returns the output of the call that readers copy, run by Node. */
  const copied = (deployed: ModelToDeploy, name: string): Promise<string> => {
    const given = onnx.calls(call(), deployed, join(models, name)).find(({ language }) => language === "JavaScript")!;
    return inNode(join(work, "node"), given.code);
  };
  const close = (got: readonly number[], want: NDArray, what: string): void => {
    const { data } = fromNDArray(want);
    const greatest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    assert.equal(got.length, data.length, what);
    data.forEach((x, i) => assert.ok(Math.abs(got[i]! - x) <= 1e-4 * greatest, `${what} ${i}: ${got[i]}, here ${x}`));
  };
  const small = (tokenizer: string, name: string, vocabulary: number, task: string): SmallModel => {
    const golden = ENCODERS.find((one) => one.name === name)!;
    const folder = writeEncoder(join(work, `${name}-${task}`), golden, { tokenizer: { name: tokenizer, vocabulary } });
    return { name, folder, task, labels: Object.keys(golden.config["id2label"] as object).length };
  };
  /** Makes up values for heads that the checkpoint lacks. */
  const whole = async (model: SmallModel): Promise<ModelToDeploy> => {
    const deployed = await deployedOf(model);
    return {
      ...deployed,
      read: async (name, state) => {
        try {
          return await deployed.read(name, state);
        } catch {
          const shape = state!.type.shape as number[];
          return { dtype: "f32" as const, shape, bytes: new Uint8Array(uniform(name, shape, 0.3).buffer) };
        }
      },
    };
  };

  it("runs a classifier in Node and Chromium, with WASM and WebGPU", async () => {
    const model = small("distilbert", "distilbert-plain", 30522, "text_classification");
    const deployed = await whole(model);
    await write(deployed, model.folder, "classifier");
    assert.match(await copied(deployed, "classifier"), /label: 'LABEL_\d'/);
    for (const device of ["wasm", "webgpu"]) {
      const { ids, mask, logits } = await page.asks<{ ids: number[][]; mask: number[][]; logits: number[][] }>(`
        const { AutoTokenizer, AutoModelForSequenceClassification } = transformers;
        const tokenizer = await AutoTokenizer.from_pretrained("classifier");
        const model = await AutoModelForSequenceClassification.from_pretrained("classifier", { device: "${device}" });
        const inputs = tokenizer([${JSON.stringify(ASKED)}, "No."], { padding: true, truncation: true });
        const { logits } = await model(inputs);
        const numbers = (rows) => rows.tolist().map((row) => row.map(Number));
        return { ids: numbers(inputs.input_ids), mask: numbers(inputs.attention_mask), logits: logits.tolist() };`);
      const feeds = { input_ids: integers(ids), attention_mask: integers(mask) };
      close(logits.flat(), (await ownAnswers(deployed, model.folder, feeds))["logits"]!, device);
    }
  });

  it("generates the same text in Chromium with WASM and WebGPU, with cached keys and values", async () => {
    const folder = fileURLToPath(new URL("fixtures/models/chat-llama", root));
    const deployed = {
      ...(await deployedOf({ name: "chat", folder, task: "text_generation", labels: 0 })),
      roles: ["messages"],
    };
    const { said } = await write(deployed, folder, "chat");
    assert.match(await copied(deployed, "chat"), /\S/);
    const runtime = await onnxruntimeRuntime.open(join(models, "chat"), said);
    for (const device of ["wasm", "webgpu"]) {
      const { prompt, all } = await page.asks<{ prompt: number[]; all: number[] }>(`
        const { AutoTokenizer, AutoModelForCausalLM } = transformers;
        const tokenizer = await AutoTokenizer.from_pretrained("chat");
        const model = await AutoModelForCausalLM.from_pretrained("chat", { device: "${device}" });
        const inputs = tokenizer(${JSON.stringify(ASKED)});
        const ids = await model.generate({ ...inputs, max_new_tokens: 24, min_new_tokens: 24, do_sample: false });
        return { prompt: inputs.input_ids.tolist()[0].map(Number), all: ids.tolist()[0].map(Number) };`);
      const own = await greedy(runtime.run!.bind(runtime), said.graphs!.decoder!, integers([prompt]), 24);
      assert.deepEqual(all, own, device);
    }
    await runtime.close();
  });

  it("runs an encoder-decoder in Chromium, in full precision and int8", async () => {
    const model = smallT5s().find(({ name }) => name === "t5-plain")!;
    const deployed = await deployedOf(model);
    const said: Record<string, number[]> = {};
    for (const quantize of ["none", "int8"]) {
      await write(deployed, model.folder, `t5-${quantize}`, quantize === "none" ? {} : { quantize });
      said[quantize] = await page.asks<number[]>(`
        const { AutoModelForSeq2SeqLM, Tensor } = transformers;
        const model = await AutoModelForSeq2SeqLM.from_pretrained("t5-${quantize}", { device: "wasm" });
        const tensor = (numbers) => new Tensor("int64", BigInt64Array.from(numbers.map(BigInt)), [1, numbers.length]);
        const ids = await model.generate({
          ...{ inputs: tensor([5, 9, 13, 4, 1]), attention_mask: tensor([1, 1, 1, 1, 1]) },
          ...{ max_new_tokens: 12, min_new_tokens: 12, do_sample: false },
        });
        return ids.tolist()[0].map(Number);`);
    }
    const whole = said["none"]!;
    const feeds = {
      ...{ input_ids: integers([[5, 9, 13, 4, 1]]), attention_mask: integers([[1, 1, 1, 1, 1]]) },
      decoder_input_ids: integers([whole.slice(0, -1)]),
    };
    const { data, shape } = fromNDArray((await ownAnswers(deployed, model.folder, feeds))["logits"]!);
    const end = deployed.config["eos_token_id"] as number;
    const likeliest = Array.from({ length: shape[1]! }, (_, at) => {
      const row = data.slice(at * shape[2]!, (at + 1) * shape[2]!);
      row[end] = -Infinity;
      return row.indexOf(Math.max(...row));
    });
    assert.deepEqual(whole.slice(1), likeliest);
    assert.equal(said["int8"]!.length, whole.length);
    assert.equal(said["int8"]![1], whole[1]);
  });

  it("gives MiniLM's vectors in Node with the printed call, and in Chromium", async () => {
    const base = await resolveBase("all-MiniLM-L6-v2", { folder: work });
    const deployed = await deployedOf({ name: "mini", folder: base.folder, task: "sentence_similarity", labels: 0 });
    const plain = { ...deployed, tokenTypes: false, maxLength: 128 };
    await write(plain, base.folder, "mini");
    const inChromium = await page.asks<{ ids: number[]; vector: number[] }>(`
      const { AutoTokenizer, pipeline } = transformers;
      const tokenizer = await AutoTokenizer.from_pretrained("mini");
      const ask = await pipeline("feature-extraction", "mini", { device: "wasm" });
      const vector = await ask(${JSON.stringify(ASKED)}, { pooling: "mean", normalize: true });
      return { ids: tokenizer(${JSON.stringify(ASKED)}).input_ids.tolist()[0].map(Number), vector: vector.tolist()[0] };`);
    const input_ids = integers([inChromium.ids]);
    const attention_mask = integers([inChromium.ids.map(() => 1)]);
    const { logits } = await ownAnswers(plain, base.folder, { input_ids, attention_mask });
    close(inChromium.vector, logits!, "in Chromium");
    const numbers = (await copied(plain, "mini")).match(/-?\d\.\d+(e-\d+)?/g)!.map(Number);
    fromNDArray(logits!)
      .data.subarray(0, 50)
      .forEach((x, i) => assert.ok(Math.abs(numbers[i]! - x) < 1e-4));
  });

  it("generates 64 tokens with SmolLM2 in Node and Chromium like transformers", async () => {
    const base = await resolveBase("SmolLM2-135M-Instruct", { folder: work });
    const deployed = await deployedOf({ name: "smol", folder: base.folder, task: "text_generation", labels: 0 });
    await write({ ...deployed, maxLength: 512 }, base.folder, "smol");
    const golden = JSON.parse(readFileSync(new URL("golden/oracle/smollm2-greedy.json", root), "utf8")) as {
      readonly cases: readonly { readonly prompt: string; readonly ids: readonly number[] }[];
    };
    const { prompt, ids } = golden.cases.find((one) => one.ids.length === 64)!;
    const asks = `
      const inputs = (await AutoTokenizer.from_pretrained("smol"))(${JSON.stringify(prompt)});
      const model = await AutoModelForCausalLM.from_pretrained("smol");
      const all = await model.generate({ ...inputs, max_new_tokens: 64, do_sample: false });
      const ids = all.tolist()[0].slice(inputs.input_ids.dims[1]).map(Number);`;
    const printed = await inNode(
      join(work, "node"),
      `import { env, AutoTokenizer, AutoModelForCausalLM } from "@huggingface/transformers";
      env.allowRemoteModels = false;
      env.localModelPath = ${JSON.stringify(`${models}/`)};
      ${asks}
      console.log(JSON.stringify(ids));`,
    );
    assert.deepEqual(JSON.parse(printed), ids);
    const names = "const { AutoTokenizer, AutoModelForCausalLM } = transformers;";
    assert.deepEqual(await page.asks(`${names} ${asks} return ids;`), ids);
  });

  for (const [task, answer] of [
    ["token_classification", /entity: '[^']+'/],
    ["question_answering", /answer: '/],
    ["fill_mask", /\S/],
  ] as const)
    it(`runs the printed call for ${task}`, async () => {
      const model = small("distilbert", "distilbert-plain", 30522, task);
      const deployed = await whole(model);
      await write(deployed, model.folder, task);
      assert.match(await copied(deployed, task), answer);
    });
});
