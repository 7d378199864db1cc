/** GGUF files of small models of every architecture: in llama.cpp they generate the same text as our own engine. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { convertGguf } from "#kernel/bases/gguf/convert.js";
import { readGgufHeader } from "#kernel/bases/gguf/file.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { DeploymentProof } from "#kernel/deployments/proof.js";
import { llamaCppRuntime } from "#kernel/deployments/runtimes/llama-cpp.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { gguf } from "#stdlib/targets/gguf.run.js";
import { ensureNodeEnv, moduleIn } from "#tools/node-env.mjs";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { modelfileOf } from "#tests/stdlib/targets/shared/ollama/modelfile.js";
import { deployedOf, smallEncoders, written } from "./deployed-models.js";
import { HARD_TEXTS } from "./hard-texts.js";
import { callOf, made, ownTexts, writingModel, WRITING } from "./writing-models.js";

interface Tokenizing {
  tokenize(text: string, specials: boolean): number[];
  dispose(): Promise<void>;
}
/** llama.cpp's tokens for files of which only the vocabulary is read. */
async function llamaTokens(env: string) {
  const entry = pathToFileURL(moduleIn(env, "node-llama-cpp")).href;
  const { getLlama } = (await import(entry)) as {
    getLlama(o: object): Promise<{ loadModel(o: object): Promise<Tokenizing> }>;
  };
  const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
  return async (file: string, texts: readonly string[]): Promise<readonly (readonly number[])[]> => {
    const model = await llama.loadModel({ modelPath: file, vocabOnly: true, gpuLayers: 0 });
    const tokens = texts.map((text) => model.tokenize(text, true));
    await model.dispose();
    return tokens;
  };
}

const PROMPTS = ["the other thing in", "a", "Hello, 12,345 and\n\n the  rest", "été and the ther"];

describe("gguf target", function () {
  this.timeout(300_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-gguf-"));
  before(async () => {
    await ensureNodeEnv("llama");
    assert.equal(await llamaCppRuntime.found(), null);
  });
  after(() => rmSync(work, { recursive: true }));

  for (const model of WRITING)
    it(`generates the same tokens in llama.cpp: ${model.name}`, async () => {
      const own = await made(join(work, model.name), model);
      const deployed = await writingModel(own.folder, model.name, "text_generation");
      const call = callOf(`${model.name}.gguf`, "f32");
      assert.equal(await gguf.refuses!(call, deployed), null);
      const place = { writes: "file", name: `${model.name}.gguf` } as const;
      const { at, said } = await written(gguf, call, deployed, own.folder, work, place);
      const tokenizer = await loadTokenizer(own.folder);
      const ids = await tokenizer.encode(PROMPTS, 99);
      const want = await ownTexts(own, ids, 24);
      const opened = await llamaCppRuntime.open(at, said);
      try {
        for (const [i, prompt] of PROMPTS.entries()) {
          assert.deepEqual((await opened.write!(prompt, 24)).tokens, want[i], JSON.stringify(prompt));
          // Given expected tokens, the model predicts the token after each of them, and is not influenced by wrong
          // ones.
          const told = await opened.write!(prompt, 24, want[i]);
          assert.deepEqual([told.tokens, told.told], [want[i], true], JSON.stringify(prompt));
          if (want[i]!.length === 0) continue;
          const other = want[i]!.map((token) => (token + 7) % 60);
          const led = await opened.write!(prompt, 24, other);
          assert.equal(led.tokens[0], want[i]![0]);
          assert.notDeepEqual(led.tokens.slice(0, 24), other);
        }
      } finally {
        await opened.close();
      }
    });

  it("can be read as a base again, with the same weights and tokens", async () => {
    for (const { name } of WRITING) {
      // The files store the RoPE scaling of LLaMA 3 and YaRN differently from config.json, and it is not read back.
      if (["llama3", "llama-yarn", "gemma2", "gemma3"].includes(name)) continue;
      const folder = join(work, name);
      const again = await convertGguf(join(work, `${name}.gguf`), "0", join(work, `${name}-again`));
      const [before, after] = [folder, again].map((at) => join(at, "model.safetensors")) as [string, string];
      const names = Object.keys(readHeader(before).tensors);
      assert.deepEqual(Object.keys(readHeader(after).tensors).sort(), names.sort());
      for (const tensor of names) {
        const [a, b] = [before, after].map((file) => new Float32Array(readTensor(file, tensor).bytes.slice().buffer));
        const most = a!.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b![i]!)), 0);
        assert.ok(most <= (name === "gemma" ? 2e-7 : 0), `${name}, ${tensor}: ${String(most)}`);
      }
      const texts = [...HARD_TEXTS.filter((text) => name !== "gemma" || !/[^\0-\u024f]/.test(text))];
      const [ours, theirs] = await Promise.all(
        [folder, again].map(async (at) => (await loadTokenizer(at)).encode(texts, 9999)),
      );
      texts.forEach((text, i) => assert.deepEqual(theirs![i], ours![i], `${name}: ${JSON.stringify(text)}`));
    }
  });

  it("tokenizes hard texts like the notebook for every pre-tokenizer and scored pieces", async () => {
    const { folder: env } = await ensureNodeEnv("llama");
    const tokenize = await llamaTokens(env);
    for (const { name, tokens } of WRITING) {
      const ours = await loadTokenizer(join(work, name));
      // No merge produces some of the pieces of these texts, but llama.cpp does (and the deployment says so).
      const hard = HARD_TEXTS.filter(
        (text) => !tokens.endsWith(".gguf") || !/日本|é|\u0301| {2}|the|and|in/.test(text),
      );
      // Qwen's tokenizer composes characters (NFC) before it splits.
      const texts = tokens === "qwen2" ? hard.filter((text) => text.normalize("NFC") === text) : hard;
      const want = await ours.encode([...texts], 1e6);
      const got = await tokenize(join(work, `${name}.gguf`), texts);
      const begins = ours.frame.before.length;
      texts.forEach((text, i) =>
        assert.deepEqual(got[i], [...want[i]!].slice(begins), `${name}: ${JSON.stringify(text)}`),
      );
    }
  });

  it("reports why llama.cpp cannot run a model before anything is written", async () => {
    const refusal = async (change: (deployed: ModelToDeploy) => ModelToDeploy): Promise<string | null> => {
      const said = await gguf.refuses!(callOf("x.gguf", "f32"), change(deployed));
      return said === null ? null : JSON.stringify(said);
    };
    const deployed = await writingModel(join(work, "llama"), "llama", "text_generation");
    const read = deployed.parts.config as object;
    const parts = (config: object): ModelToDeploy => ({
      ...deployed,
      parts: { ...deployed.parts, config: { ...read, ...config } },
    });
    assert.equal(await refusal((d) => d), null);
    assert.match((await refusal((d) => ({ ...d, family: { ...d.family, word: "cohere" } })))!, /its family is cohere/);
    assert.match((await refusal((d) => ({ ...d, around: "prompt_tuning stays around it" })))!, /prompt_tuning/);
    assert.match((await refusal(() => parts({ hidden_act: "relu" })))!, /relu, and llama.cpp's silu/);
    assert.match((await refusal((d) => ({ ...d, files: [] })))!, /no tokenizer.json/);
    const changed =
      (edit: (tokenizer: Record<string, unknown>) => void) =>
      (d: ModelToDeploy): ModelToDeploy => ({
        ...d,
        async file(name) {
          const bytes = await d.file(name);
          if (name !== "tokenizer.json") return bytes;
          const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<string, unknown>;
          edit(json);
          return Buffer.from(JSON.stringify(json));
        },
      });
    const odd = [
      [/no name/, (t) => (t["pre_tokenizer"] = { type: "Whitespace" })],
      [/changes texts/, (t) => (t["normalizer"] = { type: "Lowercase" })],
      [/of the kind WordPiece/, (t) => (t["model"] = { type: "WordPiece", vocab: {} })],
      [/tokens more than/, (t) => (t["added_tokens"] = [{ id: 5000, content: "<far>", special: true }])],
    ] as const satisfies readonly (readonly [RegExp, (t: Record<string, unknown>) => unknown])[];
    for (const [why, edit] of odd) assert.match((await refusal(changed(edit)))!, why);
    const bert = await deployedOf(smallEncoders(work, (name) => name === "bert-types")[0]!);
    assert.match(JSON.stringify(await gguf.refuses!(callOf("x.gguf", "f32"), bert)), /its task is text_classification/);
  });

  it("runs the printed JavaScript call", async () => {
    const { folder: env } = await ensureNodeEnv("llama");
    symlinkSync(join(env, "node_modules"), join(work, "node_modules"));
    for (const task of ["text_generation", "chat"]) {
      const deployed = await writingModel(join(work, "llama"), "llama", task);
      const call = gguf
        .calls(callOf("llama.gguf", "f32"), deployed, "llama.gguf")
        .find((c) => c.language === "JavaScript")!;
      // On a busy test machine several threads would wait for each other, so this uses one.
      writeFileSync(join(work, "call.mjs"), call.code.replace("getLlama()", "getLlama({ gpu: false, maxThreads: 1 })"));
      const { stdout } = await promisify(execFile)(process.execPath, ["call.mjs"], { cwd: work, timeout: 60_000 });
      if (task === "text_generation") assert.ok(stdout.trim().length > 0);
    }
  });

  it("is deployed for a chat with its own template, and for one with a Tune template", async () => {
    const book = new NotebookOfOne();
    try {
      const base = WRITING.find(({ name }) => name === "llama")!;
      await made(join(book.folder, "base"), base);
      const rows = Array.from({ length: 24 }, (_, i) => ({
        messages: [
          { role: "user", content: `the ${String(i)}` },
          { role: "assistant", content: "other thing" },
        ],
        part: i % 6 ? "train" : "test",
      }));
      writeFileSync(join(book.folder, "rows.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
      await book.run(
        'data rows { source: jsonl("rows.jsonl"), columns: { messages: messages }, split: by_column(part) }',
      );
      for (const [name, more] of [
        ["own", ""],
        ["gemmas", ", template: gemma"],
      ] as const) {
        await book.run(`model ${name} { base: "base", task: chat, technique: lora(rank: 2), max_length: 64${more} }
train ${name} on rows { steps: 2, batch_size: 8, seed: 1 }
deploy ${name} to gguf("build/${name}.gguf", quantize: f32)`);
        const at = join(book.folder, `build/${name}.gguf`);
        const proof = JSON.parse(readFileSync(join(`${at}.files`, "proof.json"), "utf8")) as DeploymentProof;
        assert.equal(proof.verdict, "equal");
        assert.ok(proof.compared!.inputs >= 4 && proof.compared!.tokens!.of > 20);
        const { metadata } = readGgufHeader(at);
        assert.equal(metadata["general.architecture"], "llama");
        assert.match(
          String(metadata["tokenizer.chat_template"]),
          name === "own" ? /if true.*<\|im_end\|>/ : /start_of_turn/,
        );
        const modelfile = modelfileOf(readFileSync(at.replace(/gguf$/, "Modelfile"), "utf8"));
        assert.equal(modelfile.from, `./${name}.gguf`);
        assert.match(modelfile.template!, name === "own" ? /im_start/ : /start_of_turn/);
        assert.deepEqual(modelfile.parameters[0], ["stop", name === "own" ? "<|im_end|>" : "<end_of_turn>"]);
      }
    } finally {
      await book.close();
    }
  });
});
