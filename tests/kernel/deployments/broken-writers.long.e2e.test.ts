/** Writers with one fault each: the proof must detect each fault, and no deployment that looks complete may remain. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { ModelToDeploy, GraphFile, TargetImplementation, TargetWriter } from "#stdlib/targets/kind.js";
import { huggingface } from "#stdlib/targets/huggingface.run.js";
import { onnx } from "#stdlib/targets/onnx.run.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { programOf, TASKS, writeSmallTasks } from "./small-tasks.js";

type Json = Record<string, unknown>;
interface Fault {
  readonly what: string;
  readonly model: string;
  readonly target: keyof typeof TARGETS;
  /** Further arguments of the target. */
  readonly how?: string;
  /** Changes a tensor before it is written. */
  readonly weight?: readonly [name: RegExp, change: (values: Float32Array, shape: readonly number[]) => Float32Array];
  /** Changes a JSON file before it is written. */
  readonly file?: readonly [name: string, change: (json: Json) => unknown];
  /** Changes how the runtime feeds the file. */
  readonly graph?: (decoder: GraphFile) => GraphFile;
}
const TARGETS = { onnx, huggingface };

const transposed = (x: Float32Array, [rows = 1, columns = 1]: readonly number[]): Float32Array =>
  x.map((_, i) => x[(i % rows) * columns + Math.floor(i / rows)]!);
const swapped = (x: Float32Array, [, columns = 1]: readonly number[]): Float32Array =>
  x.map((_, i) => x[i < 2 * columns ? (i + columns) % (2 * columns) : i]!);
const scaled =
  (by: number) =>
  (x: Float32Array): Float32Array =>
    x.map((v) => v * by);
/** Swaps the keys and values that the graph returns. */
const crossed = (decoder: GraphFile): GraphFile => {
  const { outputs } = decoder;
  const other = (name: string): string =>
    name.endsWith(".key") ? name.replace(/key$/, "value") : name.replace(/value$/, "key");
  return {
    ...decoder,
    outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, outputs[other(name)] ?? outputs[name]!])),
  };
};
const labelsOf = (json: Json): Record<string, string> => json["id2label"] as Record<string, string>;

const FAULTS: readonly Fault[] = [
  { what: "one weight transposed", model: "labels", target: "onnx", weight: [/query\.weight$/, transposed] },
  { what: "the head's rows swapped", model: "labels", target: "onnx", weight: [/^classifier\.weight$/, swapped] },
  {
    what: "one norm's scale lost",
    model: "labels",
    target: "onnx",
    weight: [/0\.output\.LayerNorm\.weight$/, scaled(0.9)],
  },
  { what: "a bias lost", model: "scores", target: "onnx", weight: [/^classifier\.bias$/, scaled(0)] },
  { what: "keys for values", model: "tales", target: "onnx", weight: [/c_attn\.weight$/, transposed] },
  { what: "positions from another place", model: "tales", target: "onnx", weight: [/wpe\.weight$/, swapped] },
  // Rounding hides small differences, but none of these.
  {
    ...{ what: "a cache that comes back crossed, of rounded weights", model: "tales", target: "onnx" },
    ...{ how: ", quantize: int8", graph: crossed },
  },
  {
    ...{ what: "a rounded weight transposed", model: "tales", target: "onnx", how: ", quantize: int8" },
    weight: [/c_proj\.weight$/, transposed],
  },
  {
    ...{ what: "a rounded head's rows swapped", model: "labels", target: "onnx", how: ", quantize: int8" },
    weight: [/^classifier\.weight$/, swapped],
  },
  {
    ...{ what: "a label lost", model: "labels", target: "onnx" },
    file: ["config.json", (json) => ({ ...json, id2label: { 0: labelsOf(json)["0"], 1: "LABEL_1" } })],
  },
  {
    ...{ what: "labels in another order", model: "labels", target: "huggingface" },
    file: ["config.json", (json) => ({ ...json, id2label: { 0: labelsOf(json)["1"], 1: labelsOf(json)["0"] } })],
  },
  {
    ...{ what: "another activation", model: "labels", target: "huggingface" },
    file: ["config.json", (json) => ({ ...json, hidden_act: "relu" })],
  },
  {
    ...{ what: "another vocabulary", model: "labels", target: "huggingface" },
    file: ["tokenizer.json", (json) => ({ ...json, model: { ...(json["model"] as Json), vocab: turned(json) } })],
  },
  {
    ...{ what: "texts without their frame", model: "labels", target: "onnx" },
    file: ["tokenizer.json", (json) => ({ ...json, post_processor: null })],
  },
  {
    ...{ what: "a wrong template", model: "own", target: "huggingface" },
    file: [
      "tokenizer_config.json",
      (json) => ({ ...json, chat_template: String(json["chat_template"]).replace("U:", "V:") }),
    ],
  },
  {
    ...{ what: "another beginning of what is written", model: "rewrites", target: "onnx" },
    file: ["config.json", (json) => ({ ...json, decoder_start_token_id: 5 })],
  },
];
/** Gives each word of the vocabulary its neighbour's id. */
function turned(json: Json): Json {
  const vocab = Object.entries((json["model"] as Json)["vocab"] as Record<string, number>);
  return Object.fromEntries(vocab.map(([token, id], i) => [token, i < 5 ? id : 5 + ((i - 4) % (vocab.length - 5))]));
}

describe("faulty writer", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTasks(book.folder);
    for (const name of ["labels", "scores", "tales", "rewrites"])
      await book.run(
        programOf(
          TASKS.find((task) => task.name === name)!,
          "lora(rank: 2)",
        ),
      );
    await book.run(
      programOf({ ...TASKS.find(({ name }) => name === "chats")!, base: "own" as "gpt2", more: "" }, "full", "own"),
    );
  });
  after(() => book.close());

  for (const fault of FAULTS)
    it(`is detected: ${fault.what}`, async () => {
      const target: { write: TargetImplementation["write"] } = TARGETS[fault.target];
      const { write } = target;
      let done = 0;
      const did = (): void => void done++;
      target.write = async (call, model, out) => {
        const written = await write(call, broken(model, fault, did), brokenOutput(model, out, fault, did));
        const decoder = written.graphs?.decoder;
        if (!fault.graph || !decoder) return written;
        did();
        return { ...written, graphs: { ...written.graphs, decoder: fault.graph(decoder) } };
      };
      try {
        await assert.rejects(
          book.run(`deploy ${fault.model} to ${fault.target}("build/broken"${fault.how ?? ""})`),
          ({ code }: CodedError) => code === "proof-failed",
        );
      } finally {
        target.write = write;
      }
      assert.ok(done > 0, "nothing was broken");
      assert.ok(!existsSync(join(book.folder, "build/broken")));
      assert.deepEqual(
        readdirSync(book.folder).filter((name) => name.startsWith(".")),
        [],
      );
      // The deployment passes without the fault.
      await book.run(
        `deploy ${fault.model} to ${fault.target}("build/sound"${fault.how ?? ""}) { overwrite: true, rows: 0 }`,
      );
    });
});

function broken(model: ModelToDeploy, { weight, file }: Fault, did: () => void): ModelToDeploy {
  return {
    ...model,
    async read(name, state): Promise<NDArray> {
      const array = await model.read(name, state);
      if (!weight?.[0].test(name)) return array;
      did();
      const values = weight[1](new Float32Array(array.bytes.slice().buffer), array.shape);
      return { ...array, bytes: new Uint8Array(values.buffer) };
    },
    ...(file?.[0] === "config.json" && { config: file[1](model.config as Json) as Json }),
  };
}

function brokenOutput(model: ModelToDeploy, out: TargetWriter, { file }: Fault, did: () => void): TargetWriter {
  if (!file) return out;
  const [wanted, change] = file;
  const changed = async (text: string): Promise<string> => {
    did();
    return Promise.resolve(JSON.stringify(change(JSON.parse(text) as Json)));
  };
  return {
    ...out,
    async write(path, content) {
      await out.write(path, path === wanted && typeof content === "string" ? await changed(content) : content);
    },
    async copy(names, into = "", from = "") {
      await out.copy(
        names.filter((name) => name !== wanted),
        into,
        from,
      );
      if (names.includes(wanted)) await out.write(join(into, wanted), await changed(String(await model.file(wanted))));
    },
  };
}
