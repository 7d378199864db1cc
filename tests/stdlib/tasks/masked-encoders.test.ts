/**
 * The masked-token head of every encoder family compared with transformers' ...ForMaskedLM
 * (tests/oracles/masked_encoders.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { HeadContext } from "#dsl/language/types/capabilities/model.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { registry } from "#stdlib/registry.js";
import { fillMask } from "#stdlib/tasks/fill_mask.run.js";
import { uniform } from "#tests/oracles/numbers.js";
import { familyOf, UNTOUCHED, weightsOf } from "../models/encoder-models.js";
import { call } from "../models/decoder-models.js";
import { feedsOf, follow, near, root, run, shapesOf, type Batch, type Trained } from "../models/golden.js";

type Shapes = Readonly<Record<string, readonly number[]>>;
type Followed = Omit<Trained, "final">;
interface Golden {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly shapes: Shapes;
  readonly forward: { readonly inputs: Batch; readonly logits: unknown };
  readonly batches: readonly (Batch & { readonly labels: readonly (readonly number[])[] })[];
  readonly full: Followed;
  readonly lora: Followed & { readonly targets: readonly string[]; readonly shapes: Shapes };
  readonly prompt_tuning?: Followed;
}
const goldens = JSON.parse(readFileSync(new URL("golden/oracle/masked-encoders.json", root), "utf8")) as Golden[];
const word = registry.find("task", "fill_mask")!;

async function partsOf(golden: Golden) {
  const family = await familyOf(golden);
  const task = { call: call("task", "fill_mask"), implementation: fillMask };
  const tokenTypes = "token_type_ids" in golden.forward.inputs;
  return {
    family,
    config: family.config(golden.config),
    prefixInCheckpoint: true,
    task,
    labels: 0,
    seed: 0,
    tokenTypes,
  };
}
/** transformers marks untrained positions with −100; here the trained positions are listed. */
function placed({ labels, ...inputs }: Golden["batches"][number]): Batch {
  const flat = labels.flat();
  const targets = flat.flatMap((label, at) => (label === -100 ? [] : [at]));
  return { ...inputs, targets, labels: targets.map((at) => flat[at]!) };
}
/** Returns a technique's initial weights by their names in PEFT's file. */
function adapterOf({ name, lora }: Golden, technique: string, width: number): Record<string, ArrayValues> {
  const drawn = (key: string, shape: readonly number[], spread: number): [string, ArrayValues] => [
    key,
    makeArrayValues([...shape], uniform(`${name}/${key}`, shape, spread)),
  ];
  if (technique === "full") return {};
  if (technique === "prompt_tuning") return Object.fromEntries([drawn("prompt_embeddings", [4, width], 0.2)]);
  return Object.fromEntries(Object.entries(lora.shapes).map(([key, shape]) => drawn(key, shape, 0.05)));
}

describe("masked-token heads compared with transformers, in float64", () => {
  it("cover every encoder family", async () => {
    const built = registry.ofKind("model").filter((w) => w.load && w.capabilities?.shape === "encoder");
    for (const { name, capabilities } of built) {
      assert.equal(capabilities!.unmasks, true, name);
      assert.ok(
        goldens.some(({ config }) => config["model_type"] === capabilities!.modelType),
        name,
      );
    }
  });
  for (const golden of goldens) {
    it(`${golden.name}: logits, and the parameter count of its head`, async () => {
      const parts = await partsOf(golden);
      const program = assembleForwardProgram(
        { ...parts, tensors: golden.shapes, technique: UNTOUCHED },
        parts.tokenTypes,
      );
      near(
        run(program, feedsOf(golden.forward.inputs), weightsOf(golden)).outputs["logits"]!,
        golden.forward.logits,
        2e-5,
      );
      const head = Object.entries(golden.shapes).filter(([name]) => !name.startsWith(parts.family.prefix));
      const count = word.capabilities!.headParameters;
      const on = (shapes: Shapes) =>
        ({ family: undefined, base: { config: golden.config, shapes } }) as unknown as HeadContext;
      const unused = parts.config as { readonly tie_word_embeddings: boolean };
      // An untied checkpoint has two biases, of which one is used.
      const used = head.filter(
        ([name]) => unused.tie_word_embeddings || !/^(cls\.predictions|lm_head)\.bias$/.test(name),
      );
      const size = used.reduce((n, [, shape]) => n + shape.reduce((a, b) => a * b, 1), 0);
      assert.equal(count(parts.family.hidden(parts.config), 0, on({})), size);
      assert.equal(count(parts.family.hidden(parts.config), 0, on(golden.shapes)), 0);
    });
    for (const technique of ["full", "lora", "prompt_tuning"] as const) {
      const trained = golden[technique];
      if (!trained) continue;
      it(`${golden.name}: losses and norms of ten steps of ${technique}`, async () => {
        const parts = await partsOf(golden);
        const width = Object.entries(golden.shapes).find(([name]) => name.endsWith("word_embeddings.weight"))![1][1]!;
        const checkpoint = { ...weightsOf(golden), ...adapterOf(golden, technique, width) };
        const { weight_decay, epsilon, betas } = trained.optimizer;
        const given = {
          full: {},
          lora: { rank: 3, alpha: 5, targets: [...golden.lora.targets], from: "adapter" },
          prompt_tuning: { tokens: 4, init: "random", from: "adapter" },
        }[technique];
        const programs = assemblePrograms({
          ...parts,
          technique: {
            call: call("technique", technique, given),
            implementation: (await registry.find("technique", technique)!.load!()) as TechniqueImplementation,
          },
          optimizer: {
            call: call("optimizer", "adamw", { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] }),
            implementation: adamw,
          },
          dropout: 0,
          clip: trained.clip,
          tensors: shapesOf(checkpoint),
        });
        assert.equal(trained.losses.length, 10);
        follow(programs, golden.batches.map(placed), { ...trained, final: {} }, checkpoint);
        if (technique === "full") {
          const all = Object.keys(golden.shapes).filter((name) => golden.shapes[name]!.every((d) => d > 0));
          assert.deepEqual(Object.values(programs.saved).sort(), all.sort(), "what is saved is whole");
        }
      });
    }
  }
});
