/** Tasks of encoders compared with transformers and PEFT on small BERTs: logits, and losses of ten AdamW steps. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { Call } from "#dsl/language/types/value.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { bert } from "#stdlib/models/bert.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import { lora } from "#stdlib/techniques/lora.run.js";
import { uniform } from "#tests/oracles/numbers.js";
import { feedsOf, follow, near, root, run, shapesOf, type Batch, type Trained } from "../models/golden.js";

type Shapes = Readonly<Record<string, readonly number[]>>;
interface Golden {
  readonly config: Readonly<Record<string, unknown>>;
  readonly labels: number;
  readonly parameters: Shapes;
  readonly batches: readonly (Batch & { readonly labels: readonly (number | readonly number[])[] })[];
  readonly logits: unknown;
  readonly full: Omit<Trained, "final">;
  readonly lora?: Omit<Trained, "final"> & { readonly start: Shapes };
}
const goldens = JSON.parse(readFileSync(new URL("golden/oracle/encoder-tasks.json", root), "utf8")) as Readonly<
  Record<string, Golden>
>;
const WORDS: Readonly<Record<string, string>> = {
  regression: "regression",
  multilabel: "multilabel_classification",
  token: "token_classification",
  "token-odd": "token_classification",
  mask: "fill_mask",
  "mask-untied": "fill_mask",
};
const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });

function drawn(model: string, shapes: Shapes): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const small = /LayerNorm|bias$/.test(name);
      const own = uniform(`tasks/${model}/${name}`, shape, small ? 0.1 : 0.25);
      return [name, makeArrayValues([...shape], /LayerNorm\.weight$/.test(name) ? own.map((x) => x + 1) : own)];
    }),
  );
}

/** transformers marks untrained positions with −100; here the trained positions are listed. */
function taught(batch: Golden["batches"][number], places: boolean): Batch {
  if (!places) return batch;
  const flat = (batch.labels as readonly (readonly number[])[]).flat();
  const targets = flat.flatMap((label, at) => (label === -100 ? [] : [at]));
  return { ...batch, targets, labels: targets.map((at) => flat[at]!) };
}

describe("encoder tasks compared with transformers and PEFT, in float64", () => {
  for (const [name, golden] of Object.entries(goldens)) {
    const config = bert.config(golden.config);
    const base = drawn(name, golden.parameters);
    const prepared = async () => {
      const implementation = (await registry.find("task", WORDS[name]!)!.load!()) as TaskImplementation;
      const places = implementation.supervision.inputs(golden.labels).targets !== undefined;
      const common = {
        family: bert,
        config,
        prefixInCheckpoint: true,
        task: { call: call("task", WORDS[name]!, { scheme: "none" }), implementation },
        labels: golden.labels,
        seed: 0,
        tokenTypes: true,
      };
      return { common, batches: golden.batches.map((batch) => taught(batch, places)) };
    };
    it(`${name}: logits`, async () => {
      const { common } = await prepared();
      const technique = { call: call("technique", "full"), implementation: full };
      const program = assembleForwardProgram({ ...common, technique, tensors: shapesOf(base) }, true);
      const inputs = Object.fromEntries(
        Object.entries(golden.batches[0]!).filter(([key]) => key !== "labels"),
      ) as Batch;
      near(run(program, feedsOf(inputs), base).outputs["logits"]!, golden.logits, 1e-4);
    });
    for (const technique of ["full", "lora"] as const) {
      const trained = golden[technique];
      if (!trained) continue;
      it(`${name}: losses and norms of ${trained.losses.length} steps of ${technique}`, async () => {
        const { common, batches } = await prepared();
        const adapter = Object.fromEntries(
          Object.entries(golden.lora && technique === "lora" ? golden.lora.start : {}).map(([key, shape]) => [
            key,
            makeArrayValues([...shape], uniform(`tasks/${name}/${key}`, shape, 0.05)),
          ]),
        );
        const checkpoint = { ...base, ...adapter };
        const { weight_decay, epsilon, betas } = trained.optimizer;
        const programs = assemblePrograms({
          ...common,
          technique:
            technique === "full"
              ? { call: call("technique", "full"), implementation: full }
              : { call: call("technique", "lora", { rank: 3, alpha: 5, from: "adapter" }), implementation: lora },
          optimizer: {
            call: call("optimizer", "adamw", { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] }),
            implementation: adamw,
          },
          dropout: 0,
          clip: trained.clip,
          tensors: shapesOf(checkpoint),
        });
        assert.equal(trained.losses.length, 10);
        follow(programs, batches, { ...trained, final: {} }, checkpoint);
        if (name !== "regression") return;
        // The same scores on another scale, whose mean and spread the head receives: the steps are the same, with
        // losses on that scale.
        const [mean, scale] = [40, 1000];
        const scaled = batches.map((batch) => ({
          ...batch,
          labels: batch["labels"]!.map((y) => Number(y) * scale + mean),
        }));
        const told = { ...trained, final: {}, losses: trained.losses.map((loss) => loss * scale ** 2) };
        const standard = { "target.mean": makeArrayValues([1], [mean]), "target.scale": makeArrayValues([1], [scale]) };
        follow(programs, scaled, told, { ...checkpoint, ...standard });
      });
    }
  }
});
