/**
 * The classes with which Python opens a model: names that transformers and PEFT have, the same in calls and in
 * handler.py.
 */
import assert from "node:assert/strict";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { endpointHandlerScriptText } from "#stdlib/targets/shared/handler.js";
import type { AnswerType } from "#stdlib/targets/shared/model-type.js";
import { transformersCallExamples } from "#stdlib/targets/shared/transformers-calls.js";
import { modelLoadingCodeOf } from "#stdlib/targets/shared/transformers-opens.js";

/** Classes of peft.auto, version 0.17. */
const OF_PEFT = [
  ...["CausalLM", "Seq2SeqLM", "SequenceClassification", "TokenClassification", "QuestionAnswering"].map(
    (name) => `AutoPeftModelFor${name}`,
  ),
  ...["PeftConfig", "PeftModel"],
];
const CLASSES: Readonly<Record<Exclude<AnswerType, "embeds" | "number">, string>> = {
  labels: "BertForSequenceClassification",
  tags: "BertForTokenClassification",
  answers: "BertForQuestionAnswering",
  fills: "BertForMaskedLM",
  continues: "LlamaForCausalLM",
  rewrites: "T5ForConditionalGeneration",
};
function modelOf(architecture: string, more: object = {}, labels: readonly string[] = []): ModelToDeploy {
  const parts = { task: { call: { kind: "task", word: "x", arguments: {} } } };
  const config = { architectures: [architecture], ...more };
  return { name: "m", config, labels, roles: ["text"], maxLength: 16, parts } as unknown as ModelToDeploy;
}

describe("Python code that opens a deployment", () => {
  it("uses classes that exist in PEFT", () => {
    for (const sort of [...Object.keys(CLASSES), "embeds", "number"] as readonly AnswerType[]) {
      const { imports } = modelLoadingCodeOf(modelOf("X"), sort, false, "path");
      const [, names] = /^from peft import (.*)$/m.exec(imports.join("\n")) ?? [];
      for (const name of names!.split(", ")) assert.ok(OF_PEFT.includes(name), `${sort}: ${name}`);
    }
  });
  it("is the same in a call and in handler.py", () => {
    const models = [
      ...Object.values(CLASSES).map((one) => modelOf(one)),
      modelOf("BertForSequenceClassification", { problem_type: "regression" }),
      modelOf("BertForSequenceClassification", {}, ["a", "b", "c"]),
    ];
    for (const model of models)
      for (const whole of [true, false]) {
        const [call] = transformersCallExamples(model, "path", whole);
        const told = (text: string): string =>
          /^\s*(?:self\.)?model = (.*)$/m.exec(text)![1]!.replaceAll('"path"', "path");
        assert.equal(told(endpointHandlerScriptText(model, whole)), told(call!.code));
      }
    assert.match(endpointHandlerScriptText(models[6]!, false), /num_labels=1, ignore_mismatched_sizes=True/);
    assert.match(endpointHandlerScriptText(models[7]!, false), /num_labels=3,/);
  });
  it("treats a conversation as one input, not turn by turn", () => {
    const many = (model: ModelToDeploy): string => /many = (.*)/.exec(endpointHandlerScriptText(model, true))![1]!;
    assert.match(many(modelOf(CLASSES.continues)), /isinstance\(inputs, list\) and not all\(.*"role" in one/);
    assert.equal(many(modelOf(CLASSES.labels)), "isinstance(inputs, list)");
  });
});
