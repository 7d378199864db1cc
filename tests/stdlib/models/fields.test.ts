/**
 * Every field of config.json that transformers' own class of a family has (and some that only older files have),
 * changed one by one. Each is refused by name, or the program's outputs equal those of transformers with the changed
 * config, or it is listed below as a field that changes no output. The oracle must agree with that list.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { Program } from "#dsl/tensor/program.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { IGNORED_CONFIG_FIELD_REASONS } from "#stdlib/models/shared/config.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { registry } from "#stdlib/registry.js";
import { uniform } from "#tests/oracles/numbers.js";
import { call, UNTOUCHED } from "./decoder-models.js";
import { feedsOf, root, type Batch } from "./golden.js";

type Json = Readonly<Record<string, unknown>>;
interface Said {
  /** Logits by task. */
  readonly logits: Readonly<Record<string, readonly number[]>>;
  /** Whether the output embedding is a separate parameter. */
  readonly apart: boolean;
}
interface Case extends Partial<Said> {
  readonly field: string;
  readonly change: Json;
  /** The outputs equal those of the base config. */
  readonly same?: true;
  /** The reason why transformers builds no model from it. */
  readonly refused?: string;
}
interface Golden extends Said {
  readonly base: Json;
  readonly inputs: Batch;
  readonly fields: readonly string[];
  readonly cases: readonly Case[];
}
const golden = JSON.parse(readFileSync(new URL("golden/oracle/fields.json", root), "utf8")) as Readonly<
  Record<string, Golden>
>;

/**
 * Fields that change an output only in training, at initialization or with long texts. The config that is read must
 * change all the same.
 */
const READ =
  /drop(out)?(_prob|_rate)?$|_pdrop$|^initializer_(range|factor)$|^(max_position_embeddings|n_positions|type_vocab_size|sinusoidal_pos_embds)$/;
/** Exceptions: fields of heads that no task of Tunebook has, or of text lengths, which T5 doesn't bound. */
const UNREAD: Readonly<Record<string, readonly string[]>> = {
  gpt2: ["summary_first_dropout"],
  t5: ["classifier_dropout", "n_positions"],
};
/**
 * Fields with values that transformers 5 refuses. Its earlier versions, which wrote the configs on the hub, read them
 * as the number of heads.
 */
const TAKEN_BEFORE = ["num_key_value_heads"];

for (const [type, of] of Object.entries(golden))
  describe(`config fields of ${type}`, () => {
    const word = registry.ofKind("model").find((w) => w.capabilities?.modelType === type)!;

    it("are all tested", () => {
      const tried = new Set(of.cases.map((c) => c.field));
      assert.deepEqual(
        of.fields.filter((field) => !tried.has(field)),
        [],
      );
    });

    it("match transformers for the base config", async () => {
      const family = (await word.load!()) as ModelImplementation;
      await agrees(family, type, of.base, of, of.inputs);
    });

    it("are rejected, honoured or without effect", async () => {
      const family = (await word.load!()) as ModelImplementation;
      const base = JSON.stringify(family.config(of.base));
      const wrong: string[] = [];
      for (const { field, change, same, refused, ...said } of of.cases) {
        const title = JSON.stringify(change);
        const json = { ...of.base, ...change };
        let read: string;
        try {
          read = JSON.stringify(family.config(json));
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
          const { key } = error.data as { readonly key: string };
          if (error.code === "unknown-config" && of.fields.includes(field)) wrong.push(`${title}: isn't known`);
          else if (!title.includes(`"${key.split(".").at(-1)}"`)) wrong.push(`${title}: ${error.message}`);
          continue;
        }
        if (refused !== undefined) {
          if (!TAKEN_BEFORE.includes(field)) wrong.push(`${title}: transformers refuses it (${refused})`);
          continue;
        }
        if (same && READ.test(field) && !UNREAD[type]?.includes(field) && read === base)
          wrong.push(`${title}: changes nothing that is read`);
        if (!same && field !== "id2label" && IGNORED_CONFIG_FIELD_REASONS[field] !== undefined)
          wrong.push(`${title}: it is listed as one that changes nothing`);
        const wanted = same ? of : (said as Said);
        await agrees(family, type, json, wanted, of.inputs).catch((error: unknown) => {
          wrong.push(`${title}: ${(error as Error).message.split("\n")[0]}`);
        });
      }
      assert.deepEqual(wrong, []);
    });
  });

async function agrees(family: ModelImplementation, type: string, json: Json, said: Said, inputs: Batch): Promise<void> {
  const labels = json["id2label"] === undefined ? 3 : Object.keys(json["id2label"] as object).length;
  for (const [name, wanted] of Object.entries(said.logits)) {
    const implementation = (await registry.find("task", name)!.load!()) as TaskImplementation;
    const program = assembleForwardProgram(
      {
        ...{ family, config: family.config(json), prefixInCheckpoint: true, labels, seed: 0 },
        tensors: new Set(said.apart ? ["lm_head.weight"] : []),
        task: { call: call("task", name), implementation },
        technique: UNTOUCHED,
      },
      "token_type_ids" in inputs,
    );
    const fed = Object.fromEntries(Object.entries(feedsOf(inputs)).filter(([input]) => input in program.inputs));
    const logits = evaluateProgram(program, fed, drawn(type, program)).outputs["logits"]!;
    const got = picked(logits, inputs);
    assert.equal(got.length, wanted.length, name);
    got.forEach((x, i) =>
      assert.ok(Math.abs(x - wanted[i]!) <= 5e-5 * (1 + Math.abs(wanted[i]!)), `${name}, ${i}: ${x}, not ${wanted[i]}`),
    );
  }
}

/** Every fifth logit of the last real token of each row; all logits of a row's label. */
function picked(logits: ArrayValues, inputs: Batch): readonly number[] {
  if (logits.shape.length === 2) return [...logits.data];
  const [, length, width] = logits.shape as [number, number, number];
  const mask = inputs["attention_mask"] as number[][];
  const ends = "decoder_input_ids" in inputs ? mask.map(() => 4) : mask.map((row) => row.filter((x) => x).length - 1);
  return ends.flatMap((at, row) => {
    const begin = (row * length + at) * width;
    return [...logits.data.slice(begin, begin + width)].filter((_, i) => i % 5 === 0);
  });
}

const numbers = new Map<string, ArrayValues>();
function drawn(type: string, { state }: Program): Record<string, ArrayValues> {
  return Object.fromEntries(
    Object.entries(state).map(([name, { type: of }]) => {
      const shape = of.shape as number[];
      const key = `fields/${type}/${name}`;
      const scale = name.endsWith("weight") && (name.toLowerCase().includes("norm") || name.includes(".ln_"));
      const around = scale && !type.startsWith("gemma") ? 1 : 0;
      const spread = scale || name.endsWith("bias") ? 0.1 : 0.4;
      const known = `${key} ${shape.join()}`;
      const made =
        numbers.get(known) ??
        makeArrayValues(
          shape,
          uniform(key, shape, spread).map((x) => Math.fround(x + around)),
        );
      numbers.set(known, made);
      return [name, made];
    }),
  );
}

describe("unknown config fields", () => {
  for (const [type, { base }] of Object.entries(golden)) {
    const word = registry.ofKind("model").find((w) => w.capabilities?.modelType === type)!;
    it(`${type}: are rejected by name unless they have no effect`, async () => {
      const family = (await word.load!()) as ModelImplementation;
      for (const [field, value] of Object.entries({ attention_in_circles: true, alibi: false, layer_scale: [1] }))
        assert.throws(
          () => family.config({ ...base, [field]: value, use_cache: false }),
          (e) => e instanceof CodedError && e.code === "unknown-config" && (e.data as { key: string }).key === field,
          field,
        );
      assert.deepEqual(
        family.config({ ...base, attention_in_circles: null, pruned_heads: {}, structure: [], auto_map: { a: "b" } }),
        family.config(base),
      );
    });
  }
});

/** Fields in configs of the hub besides those that set sizes, by `model_type`. */
const FOUND: readonly Json[] = [
  {
    model_type: "bert",
    ...{ directionality: "bidi", pooler_fc_size: 768, pooler_num_attention_heads: 12, pooler_num_fc_layers: 3 },
    ...{ pooler_size_per_head: 128, pooler_type: "first_token_transform", position_embedding_type: "absolute" },
  },
  {
    model_type: "bert",
    ...{ cell: {}, emb_size: 312, structure: [], pre_trained: "", training: "", gradient_checkpointing: false },
    ...{ id2label: { "0": "LABEL_0" }, label2id: { LABEL_0: 0 }, torch_dtype: "float32", use_cache: true },
  },
  { model_type: "distilbert", tie_weights_: true, architectures: ["DistilBertForMaskedLM"], output_past: true },
  { model_type: "xlm-roberta", output_past: true, bos_token_id: 0, eos_token_id: 2, pad_token_id: 1 },
  {
    model_type: "gpt2",
    ...{ n_ctx: 1024, _num_labels: 1, summary_type: "cls_index", task_specific_params: { a: { do_sample: true } } },
  },
  {
    model_type: "llama",
    ...{
      is_llama_config: true,
      rope_interleaved: false,
      rope_scaling: null,
      pretraining_tp: 1,
      torch_dtype: "bfloat16",
    },
    ...{ "transformers.js_config": { kv_cache_dtype: { fp16: "float16" } }, eos_token_id: [1, 2], mlp_bias: false },
  },
  { model_type: "mistral", rope_theta: 10000.0, attention_dropout: 0.0, unsloth_version: "2024.9" },
  {
    model_type: "qwen2",
    ...{ max_window_layers: 21, sliding_window: 32768, use_sliding_window: false, use_mrope: false },
  },
  { model_type: "gemma", hidden_activation: null, hidden_act: "gelu", rope_scaling: null },
  { model_type: "gemma2", hidden_act: "gelu_pytorch_tanh", cache_implementation: "hybrid" },
  { model_type: "gemma3_text", rope_scaling: null, sliding_window_pattern: 6, attn_logit_softcapping: null },
  { model_type: "cohere", model_max_length: 131072, use_qk_norm: false, pad_token_id: 0 },
  { model_type: "t5", n_positions: 512, output_past: true, decoder_start_token_id: 0, is_encoder_decoder: true },
];
describe("real-world configs", () => {
  for (const json of FOUND)
    it(`${String(json["model_type"])} with ${Object.keys(json)[1]} is read`, async () => {
      const word = registry.ofKind("model").find((w) => w.capabilities?.modelType === json["model_type"])!;
      const family = (await word.load!()) as ModelImplementation;
      assert.ok(family.config({ ...golden[json["model_type"] as string]!.base, ...json }));
    });
});
