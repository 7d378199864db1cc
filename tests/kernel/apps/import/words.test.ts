/**
 * Words with the same name in other tools: implemented words are carried over by name, and never reported as not
 * implemented.
 */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { makeRegistry, type Parameter, type Word } from "#dsl/language/types/registry.js";
import { importSettings, type ImportTool } from "#kernel/apps/import/import.js";
import { ToolSettings } from "#kernel/apps/import/settings.js";
import { namedCallText, techniqueByName, notCarriedReason } from "#kernel/apps/import/words.js";
import { registry } from "#stdlib/registry.js";

const parameter = (name: string, required?: true): Parameter => ({
  ...{ name, type: { is: "number" }, doc: "", why: "", impact: "low" },
  ...(required && { required }),
});
const word = (kind: Word["kind"], name: string, more: Partial<Word> = {}): Word => ({
  ...{ kind, name, doc: "", example: "", parameters: [] },
  ...more,
});
/** A vocabulary with other words than the present one. */
const later = makeRegistry([
  word("schedule", "inverse_sqrt", { parameters: [parameter("warmup")] }),
  word("schedule", "steps_down", { parameters: [parameter("at", true)] }),
  word("schedule", "flat"),
  word("schedule", "polynomial", { planned: { meanwhile: "`linear`" } }),
  word("technique", "ln_tuning"),
  word("technique", "placed", { parameters: [parameter("at", true)] }),
]);

/** Settings of each tool that name a word of the given kind. */
const asking: Readonly<Record<string, readonly (readonly [ImportTool, (name: string) => object])[]>> = {
  technique: [
    ["peft", (name) => ({ peft_type: name.toUpperCase() })],
    ["axolotl", (name) => ({ base_model: "b", datasets: [{ path: "a.jsonl", type: "alpaca" }], adapter: name })],
    ["llama-factory", (name) => ({ model_name_or_path: "b", dataset: "a", finetuning_type: name })],
    ["llama-factory", (name) => ({ model: "b", train_dataset: "a", peft_config: { name } })],
    ["ludwig", (name) => ({ model_type: "llm", base_model: "b", adapter: { type: name } })],
    ["ludwig", (name) => ({ model_type: "llm", base_model: "b", adapter: name })],
  ],
  schedule: [
    ["axolotl", (name) => ({ base_model: "b", lr_scheduler: name })],
    ["llama-factory", (name) => ({ model_name_or_path: "b", dataset: "a", lr_scheduler_type: name })],
    ["llama-factory", (name) => ({ model: "b", train_dataset: "a", lr_scheduler_config: { name } })],
    ["ludwig", (name) => ({ trainer: { learning_rate_scheduler: { decay: name } } })],
    ["autotrain", (name) => ({ task: "text-classification", base_model: "b", params: { scheduler: name } })],
    ["trl", (name) => ({ dataset_text_field: "text", lr_scheduler_type: name })],
  ],
  optimizer: [
    ["axolotl", (name) => ({ base_model: "b", optimizer: name })],
    ["llama-factory", (name) => ({ model_name_or_path: "b", dataset: "a", optim: name })],
    ["llama-factory", (name) => ({ model: "b", train_dataset: "a", optim_config: { name } })],
    ["ludwig", (name) => ({ trainer: { optimizer: { type: name } } })],
    ["autotrain", (name) => ({ task: "text-classification", base_model: "b", params: { optimizer: name } })],
    ["trl", (name) => ({ dataset_text_field: "text", optim: name })],
  ],
  template: [
    [
      "axolotl",
      (name) => ({ base_model: "b", datasets: [{ path: "a.jsonl", type: "chat_template" }], chat_template: name }),
    ],
    ["llama-factory", (name) => ({ model_name_or_path: "b", dataset: "a", template: name })],
  ],
};

describe("words with the same name in other tools", () => {
  for (const [kind, places] of Object.entries(asking))
    for (const [tool, settings] of places)
      it(`${tool}: each implemented ${kind} is imported by name (${Object.keys(settings("")).join(", ")})`, () => {
        const built = registry.ofKind(kind).filter(({ planned }) => !planned);
        assert.ok(built.length > 3);
        for (const { name } of built) {
          const { program } = importSettings(stringify(settings(name)), "a.yaml", tool);
          assert.match(program, new RegExp(`^ +${kind}: ${name}\\b`, "m"), name);
          assert.doesNotMatch(program, /n't built/, name);
        }
      });

  it("are imported as soon as they are implemented", () => {
    const lost: string[] = [];
    const called = (name: string) =>
      namedCallText("schedule", name, { warmup: "6%" }, (key, why) => lost.push(`${key}: ${why}`), later);
    assert.equal(called("Inverse-Sqrt"), "inverse_sqrt(warmup: 6%)");
    assert.deepEqual(lost, []);
    assert.equal(called("flat"), "flat");
    assert.deepEqual(lost, ["warmup: `flat` has none"]);
    assert.deepEqual([called("steps_down"), called("polynomial"), called("cosine")], [undefined, undefined, undefined]);
    assert.equal(
      notCarriedReason("schedule", "steps_down", "linear was used", later),
      "write `schedule: steps_down`; linear was used",
    );
    for (const name of ["polynomial", "cosine"])
      assert.equal(
        notCarriedReason("schedule", name, "linear was used", later),
        "the schedule is not supported; linear was used",
      );
  });

  it("have PEFT's settings, also in Ludwig's adapters", () => {
    for (const type of ["prompt_tuning", "prefix_tuning"]) {
      const adapter = { type, num_virtual_tokens: 33 };
      const { program } = importSettings(
        stringify({ model_type: "llm", base_model: "b", adapter }),
        "a.yaml",
        "ludwig",
      );
      assert.match(program, new RegExp(`technique: ${type}\\(tokens: 33\\)`));
      assert.doesNotMatch(program, /no counterpart/);
    }
  });

  it("are refused if they need settings that are not read", () => {
    const of = (said: string) => {
      const settings = ToolSettings.fromValue({ peft_type: said });
      return { written: techniqueByName(settings, "peft_type", said, undefined, later), refused: settings.refusals() };
    };
    assert.deepEqual(of("LN_TUNING"), { written: "ln_tuning", refused: [] });
    assert.match(of("placed").refused[0]?.what ?? "", /^`placed`, without its settings$/);
    assert.match(of("VERA").refused[0]?.what ?? "", /unsupported/);
  });
});
