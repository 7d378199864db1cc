/** A plan's estimate of a teacher's cost in addition to the student's, compared with a walk over the programs. */
import assert from "node:assert/strict";
import { programMemoryOf } from "#dsl/tensor/memory.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { registry } from "#stdlib/registry.js";
import { teacherMemoryOf } from "#stdlib/students/shared/teacher-memory.js";
import { call, partsOf } from "../lessons/golden.js";

const bert = (layers: number, hidden: number, heads: number) => ({
  ...{ model_type: "bert", hidden_size: hidden, num_attention_heads: heads, num_hidden_layers: layers },
  ...{ intermediate_size: 4 * hidden, vocab_size: 1000, max_position_embeddings: 512, type_vocab_size: 2 },
  ...{ hidden_act: "gelu", layer_norm_eps: 1e-12, initializer_range: 0.02, id2label: { 0: "a", 1: "b" } },
});
const gpt2 = (layers: number) => ({
  ...{ model_type: "gpt2", n_embd: 64, n_head: 4, n_layer: layers, n_positions: 256, vocab_size: 30_000 },
  ...{ layer_norm_epsilon: 1e-5, initializer_range: 0.02, activation_function: "gelu_new" },
});
const lesson = (word: string, given = {}): Call => call("lesson", word, given);

describe("planned teacher memory", () => {
  const cases = [
    ["hidden states", bert(2, 128, 4), bert(4, 128, 4), [lesson("labels"), lesson("hidden")]],
    ["hidden states of the last", bert(2, 128, 4), bert(4, 128, 4), [lesson("hidden", { blocks: "last" })]],
    ["scores", bert(2, 128, 4), bert(4, 128, 4), [lesson("labels"), lesson("attention")]],
    ["relations", bert(2, 128, 4), bert(4, 128, 8), [lesson("labels"), lesson("attention")]],
    ["both", bert(2, 128, 4), bert(4, 128, 4), [lesson("hidden"), lesson("attention")]],
    ["tokens that come next", gpt2(2), gpt2(4), [lesson("labels"), lesson("logits")]],
  ] as const;
  for (const [name, own, larger, learns] of cases)
    it(`${name}: matches the memory of the programs`, async () => {
      const [batch, length] = [16, 128];
      const [student, teacher] = await Promise.all([own, larger].map((config) => partsOf({ config, shapes: {} })));
      const terms = await Promise.all(
        learns.map(async (loss) => (await implementationOf(registry, "lesson", loss.word)).term(loss, "frozen")),
      );
      const sizes = { batch, length, targets: batch * (length - 1) };
      const bytes = (taught: boolean): number =>
        programMemoryOf(
          assemblePrograms({
            ...student!,
            clip: 1,
            ...(taught && { objective: { terms, teacher: teacher!, unlabelledRows: false } }),
          }).train,
          sizes,
        ).working;
      const family = registry.ofKind("model").find((word) => word.capabilities?.modelType === own.model_type)!;
      const facts = (config: object) => ({ family: family.name, config, shapes: {} }) as unknown as BaseFacts;
      const has = registry.find("task", student!.task.call.word)!.capabilities;
      const held = teacherMemoryOf(learns, has, facts(own), facts(larger), family.capabilities)!;
      const vocabulary = "n_embd" in own ? own.vocab_size : 0;
      const said = 4 * batch * length * (held.perToken + held.perTokenPair * length + held.perLogit * vocabulary);
      const walked = bytes(true) - bytes(false);
      assert.ok(said > 0.75 * walked && said < 1.5 * walked, `${String(said)}, walked ${String(walked)}`);
    });

  it("is null if the teacher runs only once", () => {
    const has = registry.find("task", "text_classification")!.capabilities;
    const facts = { family: "bert", config: bert(2, 128, 4), shapes: {} } as unknown as BaseFacts;
    assert.equal(teacherMemoryOf([lesson("labels"), lesson("logits")], has, facts, facts, undefined), null);
  });
});
