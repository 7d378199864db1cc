/** Estimates for small devices: computed from programs and compared with published measurements. */
import assert from "node:assert/strict";
import { implementationOf } from "#dsl/language/types/loaded.js";
import {
  fittingPrecision,
  memoryBytesAtPrecision,
  secondsOnDevice,
  type EdgeModelRequirements,
} from "#kernel/edge/arithmetic.js";
import { devices } from "#kernel/edge/devices.js";
import { edgeModelRequirementsOf } from "#kernel/edge/figures.js";
import { smallPretrainedEncoders, type SmallPretrainedEncoder } from "#kernel/edge/small-encoders.js";
import { edgeReportView, ESTIMATE_ERROR_FACTOR } from "#kernel/display/plans/edge.js";
import { loadImplementation } from "#kernel/host/load-implementation.js";
import { NO_TECHNIQUE } from "#kernel/deployments/from-folder.js";
import { registry } from "#stdlib/registry.js";

async function figures({ name, family, config }: SmallPretrainedEncoder, length = 128): Promise<EdgeModelRequirements> {
  const implementation = await implementationOf(registry, "model", family);
  const call = { kind: "task", word: "text_classification", arguments: {} } as const;
  return edgeModelRequirementsOf(
    name,
    {
      family: implementation,
      config: implementation.config(config),
      technique: NO_TECHNIQUE,
      labels: 2,
      roles: [],
      task: { call, implementation: await loadImplementation(call, "task") },
      prefixInCheckpoint: false,
      tensors: {},
      seed: 0,
    },
    length,
  );
}
const bertBase: SmallPretrainedEncoder = {
  name: "BERT base",
  family: "bert",
  config: { ...smallPretrainedEncoders[0]!.config, hidden_size: 768, num_hidden_layers: 12, intermediate_size: 3072 },
};

describe("models for edge devices", function () {
  this.timeout(20_000);
  let all: readonly EdgeModelRequirements[];
  before(async () => {
    all = await Promise.all(smallPretrainedEncoders.map((rival) => figures(rival)));
  });

  it("have the parameter counts of transformers, with a head for two labels", () => {
    assert.deepEqual(
      all.map(({ name, parameters }) => [name.split(" ")[0], parameters]),
      [
        ["TinyBERT", 14_350_874],
        ["MiniLM", 22_713_986],
        ["MobileBERT", 24_582_914],
        ["DistilBERT", 66_955_010],
      ],
    );
  });

  it("have the size of their weights in f32, int8 and int4", () => {
    for (const { name, parameters, size } of all) {
      assert.ok(Math.abs(size.f32 / (4 * parameters) - 1) < 0.02, name);
      assert.ok(size.int8 < 0.27 * size.f32, `${name}: ${JSON.stringify(size)}`);
      // 312 inputs are not divisible by blocks of 32, so these weights are not quantised.
      assert.equal(size.int4 < size.int8, !name.startsWith("TinyBERT"), `${name}: ${JSON.stringify(size)}`);
    }
  });

  it("differ in time as measured on a phone: MobileBERT 62 ms, BERT base 342 ms on a Pixel 4 (Sun et al. 2020)", async () => {
    const base = await figures(bertBase);
    // The paper reports 22.5 GFLOP. Our last layer computes only the first token, which the head reads.
    assert.ok(Math.abs(base.reading.flops / 22.5e9 - 11.1 / 12) < 0.02, String(base.reading.flops));
    const rate = base.reading.flops / 0.342 / 1e9;
    const pixel = { rates: { f32: rate, int8: rate }, bandwidth: 17 };
    const seconds = secondsOnDevice(pixel, all.find(({ name }) => name.startsWith("MobileBERT"))!.reading, "f32");
    assert.ok(seconds < ESTIMATE_ERROR_FACTOR * 0.062 && seconds > 0.062 / ESTIMATE_ERROR_FACTOR, String(seconds));
  });

  it("take the measured time for the measured workload (BERT base, 145 tokens, Raspberry Pi 4)", async () => {
    // ncnn's image input: 145 tokens of 768 features, without a word-embedding table.
    const base = await figures(bertBase, 145);
    const pi = devices.find(({ name }) => name === "Raspberry Pi 4")!;
    assert.ok(
      Math.abs(secondsOnDevice(pi, base.reading, "f32") / 1.909 - 11.1 / 12) < 0.04,
      String(secondsOnDevice(pi, base.reading, "f32")),
    );
  });

  it("are limited by bandwidth for short texts, and by matrix products for long ones", async () => {
    const one = await figures(smallPretrainedEncoders[1]!, 1);
    const pi = devices.find(({ name }) => name === "Raspberry Pi 4")!;
    assert.equal(secondsOnDevice(pi, one.reading, "f32"), one.reading.weights.f32 / (pi.bandwidth * 1e9));
    assert.ok(one.reading.weights.f32 < 0.5 * one.size.f32, "the table of words is not read whole");
    assert.ok(secondsOnDevice(pi, one.reading, "int4") < secondsOnDevice(pi, one.reading, "int8"));
  });

  it("use the most exact precision that fits both the time and the memory budget", () => {
    const mini = all[1]!;
    const high = devices[0]!;
    const [f32, int8] = [secondsOnDevice(high, mini.reading, "f32"), secondsOnDevice(high, mini.reading, "int8")];
    assert.equal(fittingPrecision(mini, high, { time: f32 }), "f32");
    assert.equal(fittingPrecision(mini, high, { time: (f32 + int8) / 2 }), "int8");
    assert.equal(fittingPrecision(mini, high, { time: f32, memory: memoryBytesAtPrecision(mini, "int4") }), "int4");
    assert.equal(fittingPrecision(mini, high, { time: int8 / 2 }), null);
    assert.equal(fittingPrecision(mini, high, { time: f32, memory: 1e6 }), null);
  });

  it("are reported as estimates, with what they estimate", () => {
    const [model, ...others] = all;
    const shown = edgeReportView({
      model: model!,
      rivals: others,
      budget: { time: 0.1 },
      length: 128,
      longest: 256,
      here: null,
    });
    const text = String(shown.bundle["text/plain"]);
    for (const { name } of devices) assert.ok(text.includes(name), name);
    assert.match(text, /`\{ length: 256 \}`/);
    const narrow = { time: 1, memory: 20e6 };
    const full = edgeReportView({
      model: model!,
      rivals: others,
      budget: narrow,
      length: 128,
      longest: 128,
      here: null,
    });
    // The model would be fast enough; it fails on memory.
    assert.match(String(full.bundle["text/plain"]), /in 20 MB.+phone, high +no: 4\d MB /s);
    const slow = edgeReportView({
      model: model!,
      rivals: others,
      budget: { time: 1e-3 },
      length: 128,
      longest: 128,
      here: null,
    });
    assert.match(String(slow.bundle["text/plain"]), /phone, high +no: 4\.\d ms /);
    assert.match(text, /Estimates, within a factor of/);
    assert.match(text, /Microcontrollers are not listed/);
    assert.match(text, /MobileBERT.+\nparameters .+24\.6 M/s);
    assert.match(text, /have 17 MB of external memory; this model takes 15 MB at least, which they read in \d+ ms/);
  });
});
