import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import { findLitertConverter, missingConverterFunctions } from "#kernel/engines/native/converter.js";
import { litertRuntime } from "#kernel/deployments/runtimes/litert.js";
import { ensureNodeEnv } from "#tools/node-env.mjs";
import { ensurePythonEnv } from "#tools/python-env.mjs";
import { resolveBase } from "#kernel/bases/resolve.js";
import { writeMiniLm } from "#tests/oracles/minilm-folder.js";
import { tflite } from "#stdlib/targets/tflite.run.js";
import { inChromium } from "./in-chromium.js";
import {
  agreement,
  deployedOf,
  difference,
  feedsOf,
  ownAnswers,
  smallModels,
  written,
  type SmallModel,
} from "./deployed-models.js";

const callOf = (given: Call["arguments"]): Call => ({
  kind: "target",
  word: "tflite",
  arguments: { path: "build", ...given },
});

describe("tflite target", function () {
  this.timeout(240_000);
  const work = mkdtempSync(join(tmpdir(), "tunebook-tflite-"));
  after(() => rmSync(work, { recursive: true }));
  let models: readonly SmallModel[];
  before(async () => {
    models = smallModels(work);
    await Promise.all([ensureNodeEnv("litert"), ensurePythonEnv("deploy")]);
  });

  /** Writes a deployment, opens it in LiteRT, and returns the comparison. */
  async function compared(
    model: SmallModel,
    given: Call["arguments"],
  ): Promise<{ readonly relative: number; readonly agree: number; readonly version: string }> {
    const deployed = await deployedOf(model);
    const place = { writes: "file", name: `${model.name}.tflite` } as const;
    const { at, said } = await written(tflite, callOf(given), deployed, model.folder, work, place);
    assert.equal(await litertRuntime.found(said), null);
    const opened = await litertRuntime.open(at, said);
    try {
      const feeds = feedsOf(deployed, 3, 9);
      const own = await ownAnswers(deployed, model.folder, feeds);
      const other = await opened.run!("forward", feeds);
      const all = Object.entries(own);
      return {
        relative: Math.max(...all.map(([name, array]) => difference(other[name]!, array, feeds).relative)),
        agree: Math.min(...all.map(([name, array]) => agreement(other[name]!, array, feeds))),
        version: opened.version,
      };
    } finally {
      await opened.close();
    }
  }

  it("is written by a converter with all its symbols", async () => {
    const converter = await findLitertConverter();
    assert.ok("program" in converter);
    assert.equal(await missingConverterFunctions(converter), null);
  });
  it("matches the model in LiteRT for every family at unequal lengths", async () => {
    for (const model of models) {
      const { relative } = await compared(model, { shape: "free" });
      assert.ok(relative <= 1e-4, `${model.name}: ${String(relative)}`);
    }
  });
  it("matches the model in LiteRT.js at a fixed shape, with texts of other lengths", async () => {
    for (const model of models.filter(({ name }) => ["roberta-plain", "llama-odd", "t5-reader"].includes(name))) {
      const { relative, version } = await compared(model, {});
      assert.ok(relative <= 1e-4, `${model.name}: ${String(relative)}`);
      assert.doesNotMatch(version, /ai-edge/);
    }
    const { relative } = await compared(models[0]!, { shape: [2, 16] });
    assert.ok(relative <= 1e-4, String(relative));
  });
  it("stays within its tolerance for quantized weights", async () => {
    for (const model of models.filter(({ name }) => ["bert-types", "gpt2-odd"].includes(name))) {
      const half = await compared(model, { quantize: "f16" });
      assert.ok(
        half.relative <= (model.task === "text_classification" ? 1e-3 : 1e-2),
        `${model.name}: ${String(half.relative)}`,
      );
      const bytes = await compared(model, { quantize: "int8" });
      assert.ok(bytes.agree >= 0.9, `${model.name}: ${String(bytes.agree)}`);
    }
  });
  it("holds a real model, also at a quarter of its size, and its calls run in Python and Chromium", async () => {
    const base = await resolveBase("all-MiniLM-L6-v2", { folder: work });
    const folder = writeMiniLm(base.folder, join(work, "minilm"));
    const model = { name: "minilm", folder, task: "text_classification", labels: 2 };
    const whole = await compared(model, { shape: [1, 32] });
    assert.ok(whole.relative <= 1e-5, String(whole.relative));
    const file = join(work, "minilm.tflite");
    const { size } = statSync(file);
    const deployed = await deployedOf(model);
    const [call] = tflite.calls(callOf({ shape: [1, 32] }), deployed, file);
    const [, inPage] = tflite.calls(callOf({ shape: [1, 32] }), deployed, "minilm.tflite");
    const { python } = await ensurePythonEnv("deploy");
    const said = execFileSync(python, ["-c", call!.code], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    assert.match(
      said,
      /^The parcel never came\. (negative|positive) 0\.\d{3}\nThank you! (negative|positive) 0\.\d{3}\n$/,
    );
    const { folder: litertFolder } = await ensureNodeEnv("litert");
    assert.equal(
      await inChromium(inPage!.code, {
        folder: work,
        packages: litertFolder,
        given: { wasm: join(litertFolder, "node_modules/@litertjs/core/wasm") },
      }),
      said.split("\n")[0]!.replace("The parcel never came. ", ""),
    );
    const bytes = await compared(model, { shape: [1, 32], quantize: "int8" });
    assert.ok(bytes.agree === 1 && statSync(file).size < 0.27 * size, String(bytes.agree));
  });
  it("reports how to install a missing converter", async () => {
    const cache = process.env["TUNEBOOK_CACHE"];
    process.env["TUNEBOOK_CACHE"] = join(work, "nothing");
    try {
      const error = await compared(models[0]!, {}).catch((e: unknown) => e);
      assert.ok(error instanceof CodedError && error.code === "converter-missing", String(error));
      assert.match(textsOfCode(error.code, error.data).help ?? "", /tunebook setup/);
    } finally {
      if (cache === undefined) delete process.env["TUNEBOOK_CACHE"];
      else process.env["TUNEBOOK_CACHE"] = cache;
    }
  });
  it("refuses models that would answer differently, and invalid shapes", async () => {
    const odd = await deployedOf(models.find(({ name }) => name === "mobilebert-plain")!);
    assert.match(JSON.stringify(await tflite.refuses!(callOf({ shape: "fixed" }), odd)), /padding/);
    assert.equal(await tflite.refuses!(callOf({ shape: "free" }), odd), null);
    assert.match(
      JSON.stringify(await tflite.refuses!(callOf({ shape: [1] }), await deployedOf(models[0]!))),
      /a shape is/,
    );
    assert.match(
      JSON.stringify(await tflite.refuses!(callOf({ shape: [1, 8] }), await deployedOf(models[0]!))),
      /would cut/,
    );
  });
});
