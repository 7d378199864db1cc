/**
 * The contract of every model family: a family joins this suite by being registered, with the small models of
 * tests/fixtures/models that have its `model_type`. Other tests compare its numbers with transformers.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Graph } from "#dsl/tensor/builder.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { Program } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { LayerBuilder } from "#stdlib/layers/contract.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { makeLayerBuilder } from "#stdlib/layers/graph-layers.js";
import { assembleBodyProgram, assembleForwardProgram } from "#stdlib/programs/forward.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import { layersOptionsOf, addModelInputs } from "#stdlib/programs/model.js";
import { registry } from "#stdlib/registry.js";
import { call, UNTOUCHED } from "./decoder-models.js";
import { initial, oracleConfigs, root, run, shapesOf, tensorsOf } from "./golden.js";

type Config = Readonly<Record<string, unknown>>;
const folder = new URL("fixtures/models/", root);
const fixtures = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/config.json`, folder)))
  .map((name) => ({
    name,
    json: JSON.parse(readFileSync(new URL(`${name}/config.json`, folder), "utf8")) as Config,
  }));
const asked = oracleConfigs();
/** Encoder-decoders read two texts and have separate tests. */
const words = registry.ofKind("model").filter((w) => w.load && w.capabilities?.shape !== "encoder-decoder");

for (const word of words)
  describe(`model family ${word.name}`, () => {
    const own = fixtures.filter(({ json }) => json["model_type"] === word.capabilities?.modelType);
    /** Configs of models with weights, and of those that only the oracles had. */
    const configs = [
      ...own.map(({ json }) => json),
      ...asked.filter((c) => c["model_type"] === word.capabilities?.modelType),
    ];
    const { targets, linears } = word.capabilities!;
    let family: ModelImplementation;
    before(async () => (family = (await word.load!()) as ModelImplementation));

    it("has a small test model, and declares what techniques and tasks need", () => {
      assert.ok(configs.length > 0, "no model of tests/fixtures/models or tests/golden/oracle has its model_type");
      assert.equal(family.shape, word.capabilities!.shape);
      assert.ok(targets.length > 0);
      assert.deepEqual(
        targets.filter((target) => !linears.includes(target)),
        [],
      );
    });

    for (const { name, json } of own) {
      const opened = () => {
        const config = family.config(json);
        const base = tensorsOf(`${name}/model.safetensors`);
        const prefixInCheckpoint = Object.keys(base).some((tensor) => tensor.startsWith(family.prefix));
        return { base, common: { family, config, prefixInCheckpoint, tensors: shapesOf(base) } };
      };

      it(`${name}: reads exactly the checkpoint's parameters, by name and shape`, () => {
        const { base, common } = opened();
        const program = assembleBodyProgram(common);
        validateProgram(program);
        const prefix = common.prefixInCheckpoint ? family.prefix : "";
        for (const [state, { type, initial }] of Object.entries(program.state)) {
          assert.ok("checkpoint" in initial, state);
          assert.deepEqual(base[initial.checkpoint]?.shape, type.shape, state);
          assert.ok(state.startsWith(family.prefix), `${state} has the family's prefix`);
        }
        const read = new Set(Object.values(program.state).map((s) => (s.initial as { checkpoint: string }).checkpoint));
        const buffers = word.capabilities!.buffers;
        const left = Object.keys(base).filter((tensor) => !read.has(tensor) && buffers?.test(tensor) !== true);
        // A head's parameters are outside the body, and a pooler is read only on request.
        const body = left.filter((tensor) => tensor.startsWith(prefix) && !/^(classifier|lm_head|cls)\b/.test(tensor));
        assert.deepEqual(
          body.filter((tensor) => !tensor.startsWith(`${prefix}pooler.`)),
          [],
        );
      });

      it(`${name}: names the linear layers that a technique may change`, () => {
        const { common } = opened();
        const seen = new Set<string>();
        const graph = new Graph();
        const plain = makeLayerBuilder({
          ...layersOptionsOf(common, graph, 0, () => false),
          prefix: family.prefix,
        });
        const layers: LayerBuilder = {
          ...plain,
          linear(path, x, o) {
            seen.add(path.split(".").at(-1)!);
            return plain.linear(path, x, o);
          },
        };
        family.build(layers, common.config, addModelInputs(graph, {}), { dropout: null });
        assert.deepEqual([...seen].sort(), [...linears].sort());
      });

      it(`${name}: reports its sizes, and starts from scratch with its own initial values`, () => {
        const { common } = opened();
        const sizes = family.sizes(common.config);
        for (const [size, count] of Object.entries(sizes)) assert.ok(Number.isInteger(count) && count > 0, size);
        assert.equal(family.hidden(common.config), sizes.hidden);
        const program = assembleBodyProgram({ ...common, prefixInCheckpoint: true, tensors: {} });
        const kinds = new Set(Object.values(program.state).map((s) => Object.keys(s.initial)[0]));
        assert.ok(kinds.has("random") && !kinds.has("checkpoint"), [...kinds].join());
        const drawn = Object.values(program.state).flatMap((s) =>
          "random" in s.initial && "normal" in s.initial.random ? [s.initial.random.normal] : [],
        );
        assert.ok(drawn.includes(family.initializerRange(common.config)));
      });

      it(`${name}: gives a text the same output with padding and with other rows in the batch`, () => {
        const { base, common } = opened();
        const program = assembleBodyProgram(common);
        const alone = run(program, fed([[5, 9, 3, 8]]), base).outputs["last_hidden_state"]!;
        const beside = run(
          program,
          fed(
            [
              [5, 9, 3, 8, 0, 0],
              [7, 2, 6, 6, 1, 4],
            ],
            [4, 6],
          ),
          base,
        );
        alike(beside.outputs["last_hidden_state"]!.data.subarray(0, alone.data.length), alone.data);
      });

      it(`${name}: ${word.capabilities!.shape === "decoder" ? "reads only what came before" : "reads both ways"}`, () => {
        const { base, common } = opened();
        const program = assembleBodyProgram(common);
        const [one, other] = [
          [5, 9, 3, 8],
          [5, 9, 3, 11],
        ].map((ids) => run(program, fed([ids]), base).outputs["last_hidden_state"]!);
        const width = one!.shape.at(-1)!;
        const before = [one!, other!].map((y) => y.data.subarray(0, 3 * width));
        if (family.shape === "decoder") alike(before[0]!, before[1]!);
        else assert.throws(() => alike(before[0]!, before[1]!));
        assert.throws(() => alike(one!.data, other!.data));
      });

      if (word.capabilities!.shape === "decoder")
        it(`${name}: continues a text from its cache as if reading it in full`, async () => {
          const { base, common } = opened();
          const implementation = (await registry.find("task", "text_generation")!.load!()) as TaskImplementation;
          const task = { call: call("task", "text_generation"), implementation };
          const whole = assembleForwardProgram({ ...common, task, technique: UNTOUCHED, labels: 0, seed: 0 }, false);
          const text = [5, 9, 3, 8, 2, 7];
          const want = run(whole, fed([text]), base).outputs["logits"]!;
          const vocabulary = want.shape.at(-1)!;
          const rowOf = (at: number): Float64Array => want.data.slice(at * vocabulary, (at + 1) * vocabulary);
          const programs = buildGenerationPrograms({ ...common, technique: UNTOUCHED, seed: 0 });
          let state = weightsOf(programs.prefill, base);
          const step = (program: Program, feeds: Record<string, ArrayValues>): ArrayValues | undefined => {
            const done = evaluateProgram(program, feeds, state);
            state = { ...state, ...done.state };
            return done.outputs["logits"];
          };
          step(programs.reserve, { rows: makeArrayValues([1]), room: makeArrayValues([8]) });
          const begun = {
            ...fed([text.slice(0, 3)]),
            positions: makeArrayValues([1, 3], [0, 1, 2]),
            last: makeArrayValues([1], [2]),
          };
          alike(step(programs.prefill, begun)!.data, rowOf(2));
          for (const at of [3, 4, 5]) {
            const next = {
              input_ids: makeArrayValues([1, 1], [text[at]!]),
              positions: makeArrayValues([1, 1], [at]),
              attention_mask: makeArrayValues([1, at + 1], new Array<number>(at + 1).fill(1)),
              start: makeArrayValues([], [at]),
            };
            alike(step(programs.decode, next)!.data, rowOf(at));
          }
        });
    }

    it("rejects a config without a size or with an unknown activation, by code and key", () => {
      const json = configs[0]!;
      const told = (changed: Config): CodedError => {
        try {
          family.config(changed);
        } catch (error) {
          if (error instanceof CodedError) return error;
          throw error;
        }
        return assert.fail(`${JSON.stringify(changed)} is taken`);
      };
      const missing = told({ ...json, vocab_size: undefined });
      assert.deepEqual([missing.code, (missing.data as Config)["key"]], ["bad-config", "vocab_size"]);
      const odd = ["hidden_act", "hidden_activation", "activation_function", "activation"].map(
        (key) => [key, "no_such_curve"] as const,
      );
      const unknown = told({ ...json, ...Object.fromEntries(odd) });
      assert.equal(unknown.code, "unsupported-config");
      assert.ok(odd.some(([key]) => key === (unknown.data as Config)["key"]));
    });
  });

function fed(
  rows: readonly (readonly number[])[],
  lengths = rows.map((row) => row.length),
): Record<string, ArrayValues> {
  const shape = [rows.length, rows[0]!.length];
  const mask = rows.flatMap((row, r) => row.map((_, at) => (at < lengths[r]! ? 1 : 0)));
  return { input_ids: makeArrayValues(shape, rows.flat()), attention_mask: makeArrayValues(shape, mask) };
}
/** Weights of the states that a checkpoint gives. Caches, which are only reserved, are left out. */
function weightsOf(program: Program, base: Record<string, ArrayValues>): Record<string, ArrayValues> {
  const kept = Object.entries(program.state).filter(([, s]) => !("unset" in s.initial));
  return initial({ ...program, state: Object.fromEntries(kept) }, base);
}
function alike(got: ArrayLike<number>, want: ArrayLike<number>): void {
  assert.equal(got.length, want.length);
  for (let i = 0; i < want.length; i++)
    assert.ok(Math.abs(got[i]! - want[i]!) < 1e-9, `element ${i}: ${got[i]}, not ${want[i]}`);
}
