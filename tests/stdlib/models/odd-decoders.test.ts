/** Rare configurations, by family, compared with transformers and PEFT (tests/oracles/odd_decoders.py). */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { uniform } from "#tests/oracles/numbers.js";
import { call, families, shifted, training, UNTOUCHED } from "./decoder-models.js";
import { feedsOf, follow, root, run, shapesOf, type Batch, type Trained } from "./golden.js";

type Drawn = Readonly<Record<string, { readonly shape: number[]; readonly spread: number; readonly around: number }>>;
interface Ran {
  readonly losses: number[];
  readonly norms: number[];
}
interface Golden {
  readonly forward: readonly Batch[];
  readonly batches: readonly { readonly [name: string]: number[][] }[];
  readonly full: Trained;
  readonly lora: Trained;
  readonly configurations: Readonly<
    Record<
      string,
      {
        readonly config: Readonly<Record<string, unknown>>;
        readonly weights: Drawn;
        readonly logits: readonly number[][][][];
        readonly full: Ran;
        readonly lora: Ran & { readonly targets: readonly string[]; readonly weights: Drawn };
        readonly rates: Readonly<Record<"full" | "lora", number[]>>;
      }
    >
  >;
}
const files = readdirSync(new URL("golden/oracle/", root)).filter((name) => /^odd-\w+\.json$/.test(name));

describe("odd decoder configurations compared with transformers and PEFT, in float64", function () {
  this.timeout(60_000);
  it("cover every family, at least eight times each", () => {
    assert.deepEqual(
      files.map((file) => file.slice(4, -5)).sort(),
      Object.keys(families).sort(),
      "each decoder needs odd configurations in tests/oracles/odd_decoders.py",
    );
    for (const file of files) assert.ok(Object.keys(read(file).configurations).length >= 8, file);
  });
  for (const file of files) {
    const golden = read(file);
    for (const [place, [name, of]] of Object.entries(golden.configurations).entries()) {
      // A configuration's differences show in the first steps, so only the first of each family makes ten.
      const steps = place === 0 ? 10 : 4;
      const model = `${file.slice(4, -5)}-${name}`;
      it(`${model}: logits, losses and norms of ${String(steps)} steps of full training and of LoRA`, () => {
        const family = families[of.config["model_type"] as string]!;
        const task = { call: call("task", "text_generation"), implementation: textGeneration };
        const base = drawn(model, of.weights);
        const common = { family, config: family.config(of.config), prefixInCheckpoint: true, task, labels: 0, seed: 0 };
        golden.forward.forEach((inputs, i) => {
          const packed = "positions" in inputs;
          const program = assembleForwardProgram(
            { ...common, packed, tensors: shapesOf(base), technique: UNTOUCHED },
            false,
          );
          const mask = inputs["attention_mask"]!;
          const said = run(program, feedsOf(packed ? { ...inputs, segments: mask } : inputs), base).outputs["logits"]!;
          const vocabulary = said.shape.at(-1)!;
          (mask as number[][]).flat().forEach((real, at) => {
            if (real)
              of.logits[i]!.flat()[at]!.forEach((want, k) => {
                const got = said.data[at * vocabulary + k]!;
                assert.ok(Math.abs(got - want) <= 1e-4, `logit ${k} of ${at}: ${got}, the oracle says ${want}`);
              });
          });
        });
        for (const technique of ["full", "lora"] as const) {
          const adapter = technique === "lora" ? drawn(model, of.lora.weights) : {};
          const checkpoint = { ...base, ...adapter };
          const trained = { ...golden[technique], ...of[technique], rates: of.rates[technique], final: {} };
          const programs = assemblePrograms({
            ...common,
            ...training(technique, trained, of.lora.targets),
            tensors: shapesOf(checkpoint),
          });
          follow(programs, golden.batches.slice(0, steps).map(shifted), trained, checkpoint);
          assert.equal(trained.losses.length, 10);
          if (technique === "lora")
            assert.deepEqual(Object.values(programs.saved).sort(), Object.keys(adapter).sort(), "PEFT's names");
        }
      });
    }
  }
});

function read(file: string): Golden {
  return JSON.parse(readFileSync(new URL(`golden/oracle/${file}`, root), "utf8")) as Golden;
}
function drawn(model: string, weights: Drawn): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(weights).map(([key, { shape, spread, around }]) => [
      key,
      makeArrayValues(
        shape,
        uniform(`${model}/${key}`, shape, spread).map((x) => Math.fround(x + around)),
      ),
    ]),
  );
}
