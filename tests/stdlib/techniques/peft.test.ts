import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { validateProgram } from "#dsl/tensor/validate.js";
import type { Call } from "#dsl/language/types/value.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { registry } from "#stdlib/registry.js";
import { feedsOf, follow, near, root, run, shapesOf, tensorsOf } from "#tests/stdlib/models/golden.js";
import { MODELS, adapterTensors, callOf, configWritten, fed, goldenOf, optionsOf } from "./peft-models.js";

describe("techniques compared with PEFT and PyTorch, in float64", () => {
  for (const name of MODELS) {
    const golden = goldenOf(name);
    for (const [technique, trained] of Object.entries(golden.techniques)) {
      const call = callOf(name, technique);
      it(`${name}: logits, losses, norms and weights of ${trained.losses.length} steps of ${technique}`, async () => {
        const base = tensorsOf(`${name}/model.safetensors`);
        const adapter = adapterTensors(name, technique);
        const checkpoint = { ...base, ...adapter };
        const programs = assemblePrograms(await optionsOf(name, call, trained, shapesOf(checkpoint)));
        validateProgram(programs.train);
        if (trained.logits) {
          const given = Object.entries(fed(name, golden.batches[0]!));
          const inputs = Object.fromEntries(given.filter(([input]) => input in programs.evaluate.inputs));
          const logits = run(programs.evaluate, feedsOf(inputs), checkpoint).outputs["logits"]!;
          // PEFT also returns the logits of virtual tokens.
          const [first] = trained.logits;
          const length = ((inputs["decoder_input_ids"] ?? inputs["input_ids"])![0] as number[]).length;
          const own = Array.isArray(first![0]) ? first!.slice(-length) : first!;
          const count = own.flat().length;
          near({ shape: [count], data: logits.data.slice(0, count) }, own, 5e-5);
        }
        follow(
          programs,
          golden.batches.map((batch) => fed(name, batch)),
          trained,
          checkpoint,
        );
        const names = Object.values(programs.saved).sort();
        assert.deepEqual(names, Object.keys(trained.final).sort(), "the same names in the file, all of them");
      });
      if (technique === "bitfit") continue;
      it(`${name}: adapter_config.json of ${technique} equals PEFT's`, async () => {
        const written = await configWritten(name, call);
        const theirs = JSON.parse(
          readFileSync(new URL(`fixtures/adapters/${name}-${technique}/adapter_config.json`, root), "utf8"),
        ) as Record<string, unknown>;
        // PEFT lists both names that a head may have; ours lists the one that exists. Lists are compared as sets.
        const sorted = (v: unknown): unknown => (Array.isArray(v) ? [...(v as string[])].sort() : v);
        for (const [key, value] of Object.entries(written))
          if (key === "modules_to_save" && value !== null)
            assert.ok((value as string[]).every((m) => (theirs[key] as string[]).includes(m)));
          else assert.deepEqual(sorted(value), sorted(theirs[key]), key);
        for (const key of ["peft_type", "task_type"]) assert.ok(key in written);
      });
    }
  }
  it("have a golden for every PEFT technique", () => {
    const built = registry
      .ofKind("technique")
      .filter((w) => w.load && !["full", "head_only", "adapters", "routed_lora"].includes(w.name));
    const seen = new Set(Object.keys(goldenOf("gpt2-plain").techniques).map((t) => callOf("gpt2-plain", t).word));
    assert.deepEqual([...seen].sort(), built.map((w) => w.name).sort());
    for (const name of MODELS) assert.ok(existsSync(new URL(`fixtures/adapters/${name}-dora`, root)));
  });
  it("initialize DoRA magnitudes as row norms of the weight, and prompts as embeddings of the text", async () => {
    const lora = callOf("gpt2-plain", "dora");
    const dora: Call = { ...lora, arguments: { ...lora.arguments, from: null } };
    const trained = goldenOf("gpt2-plain").techniques["dora"]!;
    const base = shapesOf(tensorsOf("gpt2-plain/model.safetensors"));
    const { train } = assemblePrograms(await optionsOf("gpt2-plain", dora, trained, base));
    const begins = train.state["transformer.h.0.attn.c_attn.lora_magnitude_vector"]!.initial;
    assert.ok("of" in begins);
    assert.deepEqual(begins.take, { norms: "columns" });
    assert.deepEqual(begins.of.initial, { checkpoint: "transformer.h.0.attn.c_attn.weight" });
    const prompts = (await registry.find("technique", "prompt_tuning")!.load!()) as TechniqueImplementation;
    const text: Call = { kind: "technique", word: "prompt_tuning", arguments: { tokens: 5, init: "Say:" } };
    const resolved = await prompts.resolve!(text, { encode: () => Promise.resolve([7, 8, 9]) });
    const { train: second } = assemblePrograms(await optionsOf("gpt2-plain", resolved, trained, base));
    const start = second.state["prompt_embeddings"]!.initial;
    assert.ok("of" in start);
    assert.deepEqual(start.take, { rows: [7, 8, 9, 7, 8] });
  });
});
