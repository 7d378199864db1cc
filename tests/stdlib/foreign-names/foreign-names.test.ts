/** Names from other tools: each gets a diagnostic with the name that serves here, wherever it is written. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderAnsi } from "#dsl/language/diagnostics/render-ansi.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "#tests/dsl/world.js";

const fixture = fileURLToPath(new URL("../../../../tests/fixtures/foreign-arguments.json", import.meta.url));
const { from, values } = JSON.parse(readFileSync(fixture, "utf8")) as {
  /** Names of optimizers, schedules and techniques, by the key that takes one. */
  values: Readonly<Record<string, readonly string[]>>;
  from: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

const places: Readonly<Record<string, (entry: string) => string>> = {
  recipe: (entry) => `recipe r { ${entry} }`,
  model: (entry) => `model m { base: "b", task: text_classification, ${entry} }`,
  lora: (entry) => `model m { base: "b", task: text_classification, technique: lora(${entry}) }`,
  data: (entry) => `data d { source: csv("a.csv"), columns: { text: text, label: label }, ${entry} }`,
  engine: (entry) => `engine { ${entry} }`,
};
const whereWritten: Readonly<Record<string, readonly string[]>> = {
  TrainingArguments: ["recipe", "model"],
  LoraConfig: ["lora", "model"],
  SFTConfig: ["recipe", "model", "data"],
  Trainer: ["recipe"],
  SFTTrainer: ["recipe"],
  ModelConfig: ["model"],
  BitsAndBytesConfig: ["model"],
  ScriptArguments: ["data"],
};

/** The first diagnostic, as it is displayed. */
function said(program: string): { readonly code: string | undefined; readonly text: string; readonly help: string } {
  const { diagnostics, sources } = compiled(program);
  const text = renderAnsi(diagnostics.slice(0, 1), sources, { color: false });
  return { code: diagnostics[0]?.code, text, help: /help: (.*)/.exec(text)?.[1] ?? "" };
}

describe("aliases from other tools", () => {
  for (const [tool, classes] of Object.entries(from))
    for (const [name, args] of Object.entries(classes))
      it(`${tool}: each argument of ${name} gets a specific answer, not just a list of keys`, () => {
        const unanswered = args.flatMap((argument) =>
          (whereWritten[name] ?? []).flatMap((place) => {
            const { code, help } = said(places[place]?.(`${argument}: 1`) ?? "");
            return code === undefined || (help !== "" && !/^it (?:has|knows) /.test(help))
              ? []
              : [`${place}: ${argument}`];
          }),
        );
        assert.deepEqual(unanswered, []);
      });

  for (const [key, names] of Object.entries(values))
    it(`each ${key} name is known or gets a specific answer, with and without quotes`, () => {
      const unanswered = names.flatMap((name) =>
        [name, `"${name}"`].filter((written) => {
          const place = key === "technique" ? places["model"] : places["recipe"];
          const { code, help } = said(place?.(`${key}: ${written}`) ?? "");
          return code !== undefined && (help === "" || /^(?:there are|it takes) /.test(help));
        }),
      );
      assert.deepEqual(unanswered, []);
    });

  it("never report an existing word as not built", () => {
    const stale = registry.words.flatMap((word) =>
      Object.entries(word.advice ?? {}).flatMap(([name, told]) => {
        const own = registry.find(word.kind, name);
        return own && !own.planned && /n't built/.test(told)
          ? [`the ${word.kind} ${word.name} says of ${name}: ${told}`]
          : [];
      }),
    );
    assert.deepEqual(stale, [], "take these names out of `advice` (stdlib/foreign-names): they are words now");
  });

  const answers: readonly (readonly [place: string, entry: string, names: RegExp])[] = [
    ["recipe", "neftune_noise_alpha: 5", /NEFTune.*not supported/],
    ["model", "neftune_noise_alpha: 5", /NEFTune.*not supported/],
    ["lora", "rank_pattern: 1", /ranks of single layers are not supported/],
    ["model", "alpha_pattern: 1", /strengths of single layers are not supported/],
    ["recipe", "label_smoothing: 0.1", /`task: text_classification\(label_smoothing: 10%\)`/],
    ["model", "packing: true", /belongs to `recipe`/],
    ["recipe", "gradient_checkpointing: true", /`recompute: blocks`/],
    ["recipe", "fp16: true", /`precision: bf16`/],
    ["recipe", "bf16: true", /`precision: bf16`/],
    ["model", "flash_attention: true", /engine chooses its kernels/],
    ["recipe", 'deepspeed: "a.json"', /one machine/],
    ["recipe", "fsdp: true", /one process/],
    ["recipe", "num_train_epochs: 3", /`epochs`/],
    ["recipe", "per_device_train_batch_size: 8", /`batch_size`/],
    ["recipe", "gradient_accumulation_steps: 8", /`accumulate`/],
    ["recipe", 'eval_strategy: "epoch"', /`validate: every\(epochs: 1\)`/],
    ["recipe", "save_steps: 100", /`checkpoint: every\(steps: …\)`/],
    ["recipe", 'report_to: "wandb"', /events\.jsonl/],
    ["model", "seed: 1", /belongs to `recipe`/],
    ["recipe", "max_seq_length: 128", /belongs to `model`, as `max_length`/],
    ["recipe", "push_to_hub: true", /stay on this machine/],
    ["model", "load_in_4bit: true", /`storage: nf4`/],
    ["model", "lora_alpha: 16", /lora\(alpha: …\)/],
    ["model", 'target_modules: ["q_proj"]', /lora\(targets: …\)/],
    ["model", "peft_config: lora", /`technique: lora\(rank: 8\)`/],
    ["recipe", "rl: dpo", /preferences and rewards are not supported yet/],
    ["model", "objective: dpo", /preferences and rewards are not supported yet/],
    ["recipe", "loss: dpo", /of preferences .* only the preferred answers train/],
    ["recipe", 'optimizer: "paged_adamw_8bit"', /write `adamw`/],
    ["recipe", "schedule: constant_with_warmup", /write `constant\(warmup: 6%\)`/],
    ["recipe", 'validate: "epoch"', /write `every\(epochs: 1\)`/],
    ["recipe", "validate: 100", /`every\(steps: …\)`/],
    ["recipe", "epoch: 3", /^write `epochs`$/],
    ["engine", "devices: 2", /one process trains, on one device/],
    ["engine", "gpu: true", /`device: gpu`/],
    ["engine", "device: [0, 1]", /one device trains: write `gpu`/],
    ["engine", 'device: "cuda:0"', /write `gpu`/],
    ["engine", 'device: "cuda:1"', /one device trains: write `gpu`/],
    ["engine", "device: 0", /one device trains: write `gpu`/],
    ["engine", "num_gpus: 2", /one process trains/],
  ];
  for (const [place, entry, names] of answers)
    it(`\`${entry}\` in ${place} gets a matching suggestion`, () =>
      assert.match(said(places[place]?.(entry) ?? "").help, names));

  it("suggest the equivalent statement for verbs of other tools, and the intended model", () => {
    for (const verb of ["export", "save", "push", "push_to_hub", "publish", "upload", "merge"])
      assert.match(said(`recipe r { epochs: 1 }\n${verb} helper to "folder"`).help, /^write `deploy`$/, verb);
    assert.match(said("recipe r { epochs: 1 }\nload helper").help, /`model m \{ load: "…" \}`/);
    assert.match(said("recipe r { epochs: 1 }\nchat helper").help, /write `predict`/);
    assert.equal(said("recipe r { epochs: 1 }\nexport const x = 1").code, "typescript-here");
    assert.match(said("recipe r { epochs: 1 }\nserve helper").help, /`deploy helper to http\(/);
    assert.match(
      said("recipe r { epochs: 1 }\nquantize helper").help,
      /^write `compress`, and `quantize: int4` in its block$/,
    );
  });
});
