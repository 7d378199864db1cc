/** SmolLM2 as GGUF files in llama.cpp: its texts token for token, its tokenizer, its conversations. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { OpenedModel } from "#kernel/deployments/runtime.js";
import { llamaCppRuntime } from "#kernel/deployments/runtimes/llama-cpp.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { gguf } from "#stdlib/targets/gguf.run.js";
import { ensureNodeEnv, moduleIn } from "#tools/node-env.mjs";
import { root } from "#tests/stdlib/models/golden.js";
import { modelfileOf } from "#tests/stdlib/targets/shared/ollama/modelfile.js";
import { written } from "./deployed-models.js";
import { HARD_TEXTS } from "./hard-texts.js";
import { callOf, writingModel } from "./writing-models.js";

interface Golden {
  readonly cases: readonly {
    readonly prompt: string;
    readonly ids: readonly number[];
    /** The smallest difference between the two likeliest tokens. */
    readonly gap: number;
  }[];
}
const END = 2;
const PROMPTS = 10;
const MOST = 32;

describe("SmolLM2 as GGUF files in llama.cpp", function () {
  this.timeout(300_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-gguf-smollm2-"));
  const golden = JSON.parse(
    readFileSync(fileURLToPath(new URL("golden/oracle/smollm2-greedy.json", root)), "utf8"),
  ) as Golden;
  // If two tokens are closer than this, half precision may choose the other one, depending on the other texts in the
  // batch.
  const NEAR = { f32: 1e-3, f16: 5e-3 } as const;
  const casesOf = (format: keyof typeof NEAR) => golden.cases.filter(({ gap }) => gap > NEAR[format]).slice(0, PROMPTS);
  const cases = casesOf("f32");
  let deployed: ModelToDeploy;
  let folder: string;
  const files: Record<string, string> = {};
  const open = async (quantize: string): Promise<OpenedModel> => {
    const name = `smol-${quantize}.gguf`;
    const place = { writes: "file", name } as const;
    const { at, said } = await written(gguf, callOf(name, quantize), deployed, folder, work, place);
    files[quantize] = at;
    return llamaCppRuntime.open(at, said);
  };
  before(async () => {
    await ensureNodeEnv("llama");
    ({ folder } = await resolveBase("SmolLM2-135M-Instruct", { folder: root.pathname }));
    deployed = await writingModel(folder, "smol", "chat");
  });
  after(() => rmSync(work, { recursive: true }));

  for (const quantize of ["f32", "f16"] as const)
    it(`generates the same tokens as transformers and Tunebook in ${quantize}`, async () => {
      const opened = await open(quantize);
      try {
        const own = casesOf(quantize);
        assert.equal(own.length, PROMPTS);
        const texts = await Promise.all(own.map(({ prompt }) => opened.write!(prompt, MOST)));
        for (const [i, { prompt, ids }] of own.entries()) {
          const want = ids.slice(0, MOST);
          assert.deepEqual(texts[i]!.tokens, want.at(-1) === END ? want.slice(0, -1) : want, prompt);
        }
        if (quantize === "f16") await conversations(opened);
      } finally {
        await opened.close();
      }
    });

  it("agrees on most tokens in q8_0 with about half the size", async () => {
    const opened = await open("q8_0");
    try {
      let [same, all] = [0, 0];
      const texts = await Promise.all(cases.slice(0, 5).map(({ prompt }) => opened.write!(prompt, MOST)));
      for (const [i, { tokens }] of texts.entries()) {
        const want = cases[i]!.ids.slice(0, MOST).filter((id) => id !== END);
        all += want.length;
        same += want.filter((id, at) => tokens[at] === id).length;
      }
      console.log(`      q8_0: ${String(same)} of ${String(all)} tokens as in f32`);
      assert.ok(same / all > 0.5);
      assert.ok(statSync(files["q8_0"]!).size < 0.54 * statSync(files["f16"]!).size);
    } finally {
      await opened.close();
    }
  });

  it("has a Modelfile with its template, system prompt and stop token", () => {
    const { system, template, parameters } = modelfileOf(readFileSync(join(work, "smol-f16.Modelfile"), "utf8"));
    assert.equal(system, "You are a helpful AI assistant named SmolLM, trained by Hugging Face");
    assert.match(template!, /^\{\{ range \.Messages \}\}<\|im_start\|>/);
    assert.deepEqual(parameters[0], ["stop", "<|im_end|>"]);
  });

  /** The file's own template and tokenizer turn a conversation into the same prompt as the notebook does. */
  async function conversations(opened: OpenedModel): Promise<void> {
    const turns = [
      { role: "system", content: "You answer in one word." },
      { role: "user", content: "Which colour has the sky?" },
      { role: "assistant", content: "Blue." },
      { role: "user", content: "And grass? 🌱" },
    ] as const;
    for (const asked of [turns, turns.slice(1, 2)]) {
      const [text] = await deployed.chat!.write([asked]);
      assert.deepEqual(await opened.write!(asked, 12), await opened.write!(text!, 12));
    }
  }

  it("tokenizes hard texts like the notebook", async () => {
    const { folder: env } = await ensureNodeEnv("llama");
    const { getLlama } = (await import(pathToFileURL(moduleIn(env, "node-llama-cpp")).href)) as {
      getLlama(o: object): Promise<{
        loadModel(o: object): Promise<{ tokenize(text: string, specials: boolean): number[] }>;
        dispose(): Promise<void>;
      }>;
    };
    const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
    const model = await llama.loadModel({ modelPath: files["f16"]!, vocabOnly: true, gpuLayers: 0 });
    const ours = await (await loadTokenizer(folder)).encode([...HARD_TEXTS], 1e6);
    for (const [i, text] of HARD_TEXTS.entries())
      assert.deepEqual(model.tokenize(text, true), [...ours[i]!], JSON.stringify(text));
    await llama.dispose();
  });
});
