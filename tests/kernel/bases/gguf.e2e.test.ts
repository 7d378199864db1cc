import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { GGUF_BLOCK_FORMATS, dequantise } from "#kernel/bases/gguf/dequantise.js";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { openModelFolder } from "#kernel/engines/forward/model-folder.js";
import { startEngine } from "#kernel/engines/start-engine.js";
import { codeOf } from "../data/rows/plans.js";

const tests = fileURLToPath(new URL("../../../../tests/", import.meta.url));
const tiny = readFileSync(join(tests, "fixtures/models/gguf/tiny.gguf"));
const golden = <T>(name: string): T => JSON.parse(readFileSync(join(tests, "golden/oracle", name), "utf8")) as T;

interface TinyGolden {
  readonly input_ids: number[][];
  readonly logits: number[][][];
  readonly weights: Readonly<Record<string, { readonly sum: number; readonly squares: number }>>;
}

describe("GGUF file as a base", function () {
  this.timeout(120_000);
  const cache = process.env["TUNEBOOK_CACHE"];
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "tunebook-"));
    process.env["TUNEBOOK_CACHE"] = join(home, "cache");
  });
  afterEach(() => {
    if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
    else process.env["TUNEBOOK_CACHE"] = cache;
    rmSync(home, { recursive: true, force: true });
  });
  const put = (bytes: Uint8Array, name = "tiny.gguf"): string => {
    writeFileSync(join(home, name), bytes);
    return join(home, name);
  };

  for (const [name, family] of [
    ["tiny", "llama"],
    ["qwen2", "qwen2"],
    ["gpt2", "gpt2"],
    ["gemma", "gemma"],
  ] as const)
    it(`has the weights and the logits of transformers: ${name}`, async () => {
      const want = golden<TinyGolden>(`gguf-${name}.json`);
      put(readFileSync(join(tests, `fixtures/models/gguf/${name}.gguf`)), `${name}.gguf`);
      const base = await resolveBase(`${name}.gguf`, { folder: home, offline: true });
      assert.equal(base.facts.family, family);
      const file = join(base.folder, "model.safetensors");
      const weights: Record<string, ArrayValues> = {};
      const kept = Object.keys(readHeader(file).tensors);
      assert.deepEqual(kept.filter((tensor) => tensor !== "lm_head.weight").sort(), Object.keys(want.weights).sort());
      if (kept.includes("lm_head.weight")) weights["lm_head.weight"] = valuesOf(readTensor(file, "lm_head.weight"));
      for (const [name, sums] of Object.entries(want.weights)) {
        const tensor = valuesOf(readTensor(file, name));
        weights[name] = tensor;
        close(
          tensor.data.reduce((s, v) => s + v, 0),
          sums.sum,
          1e-9,
          `sum of ${name}`,
        );
        close(
          tensor.data.reduce((s, v) => s + v * v, 0),
          sums.squares,
          1e-9,
          `squares of ${name}`,
        );
      }
      const program = (await openModelFolder(base.folder)).program(false);
      const length = want.input_ids[0]!.length;
      const feeds = {
        input_ids: makeArrayValues([1, length], want.input_ids.flat()),
        attention_mask: makeArrayValues([1, length], new Array(length).fill(1)),
      };
      const state = Object.fromEntries(Object.keys(program.state).map((name) => [name, weights[name]!]));
      const { logits } = evaluateProgram(program, feeds, state).outputs;
      want.logits.flat(2).forEach((v, i) => close(logits!.data[i]!, v, 1e-4, `logit ${i}`));
    });

  it("decodes blocks of every format bit for bit like ggml", () => {
    const kinds = golden<Record<string, { type: number; bytes: string; values: string }>>("gguf-blocks.json");
    for (const [name, { type, bytes, values }] of Object.entries(kinds)) {
      const format = GGUF_BLOCK_FORMATS.get(type)!;
      assert.equal(format.name, name);
      const got = dequantise(format, new Uint8Array(Buffer.from(bytes, "base64")));
      const want = Buffer.from(values, "base64");
      assert.equal(Buffer.from(got.buffer).compare(want), 0, name);
    }
    const held = Object.values(kinds).map(({ type }) => type);
    assert.deepEqual(
      [...GGUF_BLOCK_FORMATS.keys()].filter((type) => type !== 0 && !held.includes(type)),
      [],
    );
  });

  it("splits words, digits and marks like Qwen2", async () => {
    put(readFileSync(join(tests, "fixtures/models/gguf/qwen2.gguf")), "qwen2.gguf");
    const { folder } = await resolveBase("qwen2.gguf", { folder: home, offline: true });
    const tokenizer = await loadTokenizer(folder);
    const [ids] = await tokenizer.encode(["in the 42 i\u0308\n in"], 99);
    const tokens = tokenizer.tokens(ids!);
    assert.deepEqual(tokens, ["in", "Ġthe", "Ġ", "4", "2", "Ġ", "Ã", "¯", "Ċ", "Ġ", "in"]);
    assert.equal(await tokenizer.decode(ids!), "in the 42 \u00ef\n in");
  });

  for (const name of ["pieces", "gemma"])
    it(`splits texts into scored pieces like transformers: ${name}`, async () => {
      put(readFileSync(join(tests, `fixtures/models/gguf/${name}.gguf`)), `${name}.gguf`);
      const { folder } = await resolveBase(`${name}.gguf`, { folder: home, offline: true });
      const tokenizer = await loadTokenizer(folder);
      const cases = golden<Record<string, { text: string; ids: number[] }[]>>("gguf-pieces.json")[name]!;
      const got = await tokenizer.encode(
        cases.map((c) => c.text),
        99,
      );
      cases.forEach(({ text, ids }, i) => assert.deepEqual([...got[i]!], ids, JSON.stringify(text)));
      const [first] = await tokenizer.encode(["the other thing"], 99);
      assert.equal(await tokenizer.decode(first!), "the other thing");
    });

  it("is converted once, and again if the conversion is incomplete", async () => {
    put(tiny);
    const first = await resolveBase("tiny.gguf", { folder: home, offline: true });
    const weights = join(first.folder, "model.safetensors");
    const before = statSync(weights).ino;
    await resolveBase("tiny.gguf", { folder: home, offline: true });
    assert.equal(statSync(weights).ino, before);
    truncateSync(weights, 1000);
    const again = await resolveBase("tiny.gguf", { folder: home, offline: true });
    assert.equal(again.hash, first.hash);
    assert.deepEqual(
      readdirSync(join(home, "cache/bases")),
      [first.folder.split("/").at(-1)],
      "nothing is left beside it",
    );
  });

  it("has a tokenizer that splits digits, as in its metadata", async () => {
    put(tiny);
    const { folder } = await resolveBase("tiny.gguf", { folder: home, offline: true });
    const tokenizer = await loadTokenizer(folder);
    const [ids] = await tokenizer.encode(["<|im_start|>in the 42"], 99);
    assert.deepEqual(tokenizer.tokens(ids!), ["<|im_start|>", "in", "Ġthe", "Ġ", "4", "2"]);
  });

  it("fails with a coded error and leaves nothing if truncated or of an unknown format", async () => {
    const resolve = (): Promise<unknown> => resolveBase("tiny.gguf", { folder: home, offline: true });
    for (const length of [3, 20, 1000, 6000, 9000, tiny.length - 1]) {
      put(tiny.subarray(0, length));
      assert.equal((await codeOf(resolve)).code, "gguf-malformed", String(length));
    }
    const changed = (from: string, to: string): Uint8Array => {
      const at = tiny.indexOf(from);
      assert.ok(at >= 0, from);
      const copy = Buffer.from(tiny);
      copy.write(to, at);
      return copy;
    };
    for (const [from, to] of [
      ["GGUF\u0003", "GGUF\u0009"],
      ["smollm", "smurfs"],
      ["\u0005\0\0\0\0\0\0\0llama", "\u0005\0\0\0\0\0\0\0bloom"],
      ["blk.0.attn_q", "blk.0.attn_z"],
    ] as const) {
      put(changed(from, to).slice());
      const { code } = await codeOf(resolve);
      assert.equal(code, "gguf-unsupported", to);
    }
    const kind = Buffer.from(tiny);
    const name = kind.indexOf("token_embd.weight");
    kind.writeUInt32LE(29, name + "token_embd.weight".length + 4 + 2 * 8);
    put(kind);
    await assert.rejects(resolve, /IQ1_M/);
    assert.ok(!readdirSync(join(home, "cache/bases")).some((n) => n.includes("converting") || n.startsWith("gguf-")));
  });
});

describe("SmolLM2-135M-Instruct from its package", function () {
  this.timeout(600_000);
  interface Logits {
    readonly stride: number;
    readonly cases: readonly { readonly ids: number[]; readonly sampled: number[][]; readonly best: number[] }[];
  }
  it("gives the ids and logits of transformers", async () => {
    const base = await resolveBase("SmolLM2-135M-Instruct", { folder: tests });
    assert.equal(base.facts.parameters, 134_515_008);
    const { repository, file, stored } = base.facts.origin ?? {};
    assert.deepEqual([repository, stored], ["HuggingFaceTB/SmolLM2-135M-Instruct", "Q4_1"]);
    assert.match(file ?? "", /Q4_1\.gguf$/);
    const tokenizer = await loadTokenizer(base.folder);
    const texts = golden<{ cases: readonly { text: string; ids: number[] }[] }>("smollm2-tokenizer.json").cases;
    const ids = await tokenizer.encode(
      texts.map((c) => c.text),
      4096,
    );
    texts.forEach((c, i) => assert.deepEqual([...ids[i]!], c.ids, JSON.stringify(c.text)));

    const want = golden<Logits>("smollm2-logits.json");
    const engine = await startEngine({ engine: "auto" });
    try {
      const program = (await openModelFolder(base.folder)).program(false);
      const session = await engine.open({ forward: program }, [base.folder]);
      for (const { ids: row, sampled, best } of want.cases) {
        const feeds = { input_ids: integers(row), attention_mask: integers(row.map(() => 1)) };
        const { logits } = await session.run("forward", feeds, ["logits"]);
        const all = valuesOf(logits!).data;
        const vocabulary = logits!.shape.at(-1)!;
        row.forEach((_, at) => {
          const one = all.subarray(at * vocabulary, (at + 1) * vocabulary);
          sampled[at]!.forEach((v, i) =>
            close(one[i * want.stride]!, v, 1e-3, `position ${at}, logit ${i * want.stride}`),
          );
          assert.equal(one.indexOf(one.reduce((a, b) => Math.max(a, b))), best[at], `best of position ${at}`);
        });
      }
    } finally {
      await engine.close();
    }
  });
});

function integers(row: readonly number[]): NDArray {
  return { dtype: "i32", shape: [1, row.length], bytes: new Uint8Array(Int32Array.from(row).buffer) };
}
function valuesOf({ shape, bytes }: NDArray): ArrayValues {
  const copy = Uint8Array.from(bytes);
  return makeArrayValues(shape, new Float32Array(copy.buffer));
}
function close(got: number, want: number, tolerance: number, what: string): void {
  assert.ok(
    Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)),
    `${what}: ${got}, the oracle says ${want}`,
  );
}
