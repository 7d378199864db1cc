/**
 * Model cards: golden files for three ways of saving, safe with names that YAML or Markdown would interpret, without
 * absolute paths, written by every training.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Trials } from "#tools/reference/tried.js";
import { programOf } from "#tools/reference/programs.js";
import { cardBaseModelOf } from "#kernel/runs/history/card-base.js";
import { modelCard } from "#kernel/runs/history/model-card.js";
import { type CardFacts } from "#kernel/runs/history/card-facts.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { registry } from "#stdlib/registry.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { writeSmallBert } from "../../session/small-bert.js";

const golden = new URL("../../../../../tests/golden/model-card/", import.meta.url);
const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

/** Parses the front matter as YAML: each value is JSON. */
function frontMatter(card: string): Record<string, unknown> {
  const [, head] = /^---\n([\s\S]*?)\n---\n/.exec(card)!;
  return Object.fromEntries(
    head!.split("\n").map((line) => {
      const [, key, value] = /^([a-z_-]+): (.*)$/.exec(line)!;
      return [key, JSON.parse(value!) as unknown];
    }),
  );
}

describe("model cards", function () {
  this.timeout(60_000);
  let trials: Trials;
  before(async () => {
    trials = await Trials.over(registry);
  });

  function facts(task: string, technique: string, saved: CardFacts["saved"]): CardFacts {
    const word = registry.find("task", task)!;
    const { plan } = trials.compiled(programOf({ task: word, base: trials.baseFor(task), technique }));
    const at = { at: "2026-01-02T03:04:05.000Z", run: "mine" };
    const events: RunEvent[] = [
      { ...at, kind: "step", step: 1, epoch: 1, tokens: 64, loss: 0.7, rate: 1e-3, norm: 1, seconds: 0.1 },
      { ...at, kind: "step", step: 75, epoch: 3, tokens: 64, loss: 0.125, rate: 0, norm: 1, seconds: 0.1 },
      { ...at, kind: "evaluated", step: 50, split: "validation", metrics: { loss: 0.25, accuracy: 0.925 } },
      { ...at, kind: "evaluated", step: 75, split: "validation", metrics: { loss: 0.3, accuracy: 0.9 } },
      { ...at, kind: "stopped", step: 75, reason: "done", seconds: 83.2 },
    ];
    return {
      base: cardBaseModelOf(plan!.recipe.model),
      ...{ name: "mine", plan: plan!, events, saved, registry },
      machine: "A Processor, 2 cores, linux x64",
      keptCheckpoint: { step: 50, file: "step-000050.safetensors" },
      lock: {
        ...{ version: 1, name: "mine", recipeHash: "aa11", planHash: "bb22", dataHash: "cc33", baseHash: "dd44" },
        ...{
          labels: word.capabilities?.labels === true ? ["no", "yes"] : [],
          engine: "TensorFlow 2.21",
          tunebook: "0.1.0",
        },
        ...{ node: "v22.0.0", started: "2026-01-02T03:03:00.000Z" },
      },
      data: { rowsIn: 1000, kept: 990, splits: { train: { rows: 800 } }, hash: "cc33" },
    };
  }

  it("list no training rows of a federated run", () => {
    const of = facts("text_classification", "lora(rank: 4)", "peft");
    assert.match(modelCard(of), /^\| train \| 800 \|$/m);
    const federated = {
      ...{
        joined: 3,
        clients: null,
        others: [],
        rounds: 2,
        aggregate: { kind: "call" as const, word: "fedavg", arguments: {} },
      },
      ...{ participation: { share: 1 }, stragglers: 0, secure_aggregation: false, compression: [] },
    };
    const plan = { ...of.plan, recipe: { ...of.plan.recipe, federated } };
    const card = modelCard({
      ...of,
      plan,
      data: { ...of.data, splits: { train: { rows: 800 }, validation: { rows: 9 } } },
    });
    assert.doesNotMatch(card, /^\| train/m);
    assert.match(card, /^\| validation \| 9 \|$/m);
  });

  for (const [task, technique, saved] of [
    ["text_classification", "lora(rank: 4)", "peft"],
    ["token_classification", "bitfit", "adapter"],
    ["text_generation", "full", "model"],
  ] as const)
    it(`match the committed card of ${task} by ${technique}`, () => {
      const file = new URL(`${task}.md`, golden);
      const card = modelCard(facts(task, technique, saved));
      if (bless) {
        mkdirSync(golden, { recursive: true });
        writeFileSync(file, card);
      }
      assert.equal(card, readFileSync(file, "utf8"));
      // The code on the card is Tune and describes the same model.
      const [, tune] = /```tune\n([\s\S]*?)```/.exec(card) ?? [];
      if (saved !== "model") assert.deepEqual(trials.compiled(tune!).errors, []);
    });

  it("omit hashes and losses of private runs, and list rounds and all data of federated ones", () => {
    const f = facts("text_classification", "lora(rank: 4)", "peft");
    const secrets = /aa11|bb22|cc33|0\.125|loss 0/;
    assert.match(modelCard(f), secrets);
    const call = { kind: "privacy", word: "differential", arguments: {} } as const;
    const privacy = {
      call,
      unit: "client",
      epsilon: 8,
      delta: 1e-5,
      clip: 1,
      noise: 1.1,
      rate: 0.5,
      steps: 75,
    } as const;
    const { recipe } = f.plan;
    const fedavg = { kind: "aggregator", word: "fedavg", arguments: {} } as const;
    const federated = {
      ...{ others: [{ data: { ...recipe.data, name: "south" }, dataHash: "ee55" }], clients: null, rounds: 75 },
      ...{ participation: 2, stragglers: 0, aggregate: fedavg, secure_aggregation: false, compression: [] },
    };
    const told = { ...recipe, federated, training: { ...recipe.training, privacy } };
    const card = modelCard({
      ...f,
      plan: { ...f.plan, recipe: told },
      data: { ...f.data, splits: { all: { rows: 800 } } },
    });
    assert.doesNotMatch(card, secrets);
    assert.match(card, /^75 rounds\. The weights are those after round 50/m);
    assert.match(card, /^Data `\w+`, `south`, 990 of 1,000 rows kept\.$/m);
    assert.match(card, /covers clients with all their rows of the split `all` only/);
    assert.match(
      modelCard({ ...f, plan: { ...f.plan, recipe: { ...recipe, federated } } }),
      /^75 rounds; loss 0\.7 at round 1/m,
    );
  });

  it("escape names in markup and front matter", () => {
    const nasty = 'x: "y"\n---\n# [z](javascript:alert(1)) <img src=x> | ``` `a` \u2028 \u202e *b* \\';
    const f = facts("text_classification", "lora", "peft");
    const { plan, lock } = f;
    const model = { ...plan.recipe.model, base: nasty };
    const recipe = { ...plan.recipe, model, data: { ...plan.recipe.data, name: nasty } };
    const card = modelCard({
      ...f,
      name: nasty,
      base: { ...f.base, name: nasty, hub: { id: nasty, revision: nasty } },
      plan: { ...plan, recipe },
      lock: { ...lock, labels: [nasty, "- a", "1. b"] },
      machine: nasty,
    });
    const head = frontMatter(card);
    assert.equal(
      (head["base_model"] as string).replace(/\\u\{\w+\}/g, ""),
      nasty.replace(/[\u2028\u202e]/g, (c) => (c === "\u2028" ? c : "")),
    );
    assert.doesNotMatch(card, /[\u2028\u202e]/);
    assert.equal(card.split("\n---\n").length, 2);
    const body = card.slice(card.indexOf("\n---\n") + 5);
    assert.deepEqual(body.match(/^#+ .*$/gm)!.slice(1), [
      "## Data",
      "## Training",
      "## Scores",
      "## Limits",
      "## Loading it",
      "## Provenance",
    ]);
    const prose = body.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, "").replace(/(`+) ?[\s\S]*?[^`]\1(?!`)/g, "");
    assert.doesNotMatch(prose, /(^|[^\\])(<img|\[z)/);
    for (const line of body.split("\n").filter((l) => l.startsWith("| machine")))
      assert.equal(line.match(/(?<!\\)\|/g)!.length, 3);
  });

  it("contain no local folder", () => {
    const f = facts("text_classification", "lora", "peft");
    const secret = "/home/someone/secret/base-model";
    const { technique } = f.plan.recipe.model;
    for (const place of [secret, "C:\\Users\\someone\\base-model", "~/someone/base-model", "../someone/base-model"]) {
      const model = {
        ...f.plan.recipe.model,
        base: place,
        technique: { ...technique, arguments: { ...technique.arguments, from: place } },
      };
      const card = modelCard({
        ...f,
        base: cardBaseModelOf(model),
        plan: { ...f.plan, recipe: { ...f.plan.recipe, model } },
      });
      assert.doesNotMatch(card, /someone|secret/);
      assert.ok(!("base_model" in frontMatter(card)), "no model of the hub");
      assert.match(card, /^`base-model` fine-tuned[^]*from_pretrained\("\.\/base-model"/m);
    }
  });

  it("are written next to the trained files and describe the results", async () => {
    const book = new NotebookOfOne();
    try {
      writeSmallBert(join(book.folder, "bert"), ["good", "bad", "a"]);
      writeFileSync(join(book.folder, "bert", "README.md"), "---\nlicense: cc-by-nd-4.0\n---\n");
      cpSync(join(book.folder, "bert"), join(book.folder, "kept"), { recursive: true });
      const rows = Array.from(
        { length: 24 },
        (_, i) =>
          `${i % 2 ? "good" : "bad"}${" a".repeat(i + 1)},${i % 2 ? "yes" : "no"},${i % 4 ? "train" : "validation"}`,
      );
      writeFileSync(join(book.folder, "rows.csv"), ["text,label,part", ...rows].join("\n"));
      await book.run(`
data rows { source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part) }
model low { base: "${join(book.folder, "bert")}", task: text_classification, technique: lora(rank: 2) }
model whole like low { technique: full }
train low on rows { epochs: 2, batch_size: 6 }
train whole on rows { steps: 2, batch_size: 6 }`);
      const [low, whole] = ["low", "whole"].map((name) => book.values.get(name) as ModelHandle);
      const card = readFileSync(join(low!.folder!, "adapter", "README.md"), "utf8");
      const head = frontMatter(card);
      assert.deepEqual(
        [head["base_model"], head["library_name"], head["pipeline_tag"]],
        [undefined, "peft", "text-classification"],
      );
      assert.ok((head["metrics"] as string[]).includes("loss"));
      assert.equal(head["license"], "cc-by-nd-4.0", "of its base, which forbids what is made of it");
      assert.ok(!card.includes(book.folder) && !card.includes("good a a"), "no path, no row");
      assert.match(card, /\| train \| 18 \|\n\| validation \| 6 \|/);
      assert.match(card, /Labels, in the model's order: no, yes\./);
      assert.match(card, /6 updates; loss/);
      assert.ok(!existsSync(join(low!.folder!, "README.md")));
      const other = readFileSync(join(whole!.folder!, "README.md"), "utf8");
      assert.equal(frontMatter(other)["library_name"], "tunebook");
      const [, file] = /load_file\("(checkpoints\/[^"]+)"\)/.exec(other)!;
      assert.ok(existsSync(join(whole!.folder!, file!)));
      // A training can continue from the folder that contains the card.
      await book.run(
        `model more like low { technique: lora(rank: 2, from: "${join(low!.folder!, "adapter")}") }\ntrain more on rows { steps: 1 }`,
      );
    } finally {
      await book.close();
    }
  });

  it("name what the model started from, in any notebook", async () => {
    const [book, next] = [new NotebookOfOne(), new NotebookOfOne()];
    try {
      const rows = Array.from({ length: 8 }, (_, i) => `${i % 2 ? "good" : "bad"} film,${i % 2 ? "yes" : "no"}`);
      for (const { folder } of [book, next])
        writeFileSync(join(folder, "rows.csv"), ["text,label", ...rows].join("\n"));
      const data = 'data rows { source: csv("rows.csv"), columns: { text: text, label: label } }\n';
      await book.run(`${data}
model old { architecture: bert(layers: 1, hidden: 16, heads: 2), tokenizer: wordpiece(vocabulary: 40), task: text_classification, max_length: 8 }
train old on rows { steps: 1 }
model more { base: old, task: text_classification }
train more on rows { steps: 1 }`);
      const folderOf = (name: string): string => (book.values.get(name) as ModelHandle).folder!;
      await next.run(`${data}
model old { load: ${JSON.stringify(folderOf("old"))} }
model more { load: ${JSON.stringify(folderOf("more"))} }
model most { base: old, task: text_classification, technique: lora(rank: 2) }
train most on rows { steps: 1 }`);
      for (const from of [book, next])
        for (const name of ["old", "more"]) await (from.values.get(name) as ModelHandle).save(join(from.folder, name));
      const most = join((next.values.get("most") as ModelHandle).folder!, "adapter");
      const scratch = /^Trained from scratch \(`bert`\) for/m;
      const onwards = /^Continued from the training `old`, which was trained from scratch \(`bert`\), for/m;
      for (const [folder, said] of [
        [folderOf("old"), scratch],
        [join(book.folder, "old"), scratch],
        [join(next.folder, "old"), scratch],
        [folderOf("more"), onwards],
        [join(book.folder, "more"), onwards],
        [join(next.folder, "more"), onwards],
        [most, onwards],
      ] as const) {
        const card = readFileSync(join(folder, "README.md"), "utf8");
        assert.match(card, said, folder);
        assert.ok(!("base_model" in frontMatter(card)), folder);
        assert.doesNotMatch(card, /from_pretrained\("(bert|old)"/, folder);
      }
      assert.match(readFileSync(join(folderOf("old"), "README.md"), "utf8"), /from_pretrained\("model"/);
      assert.ok(existsSync(join(folderOf("old"), "model", "config.json")));
      assert.match(
        readFileSync(join(most, "README.md"), "utf8"),
        /`\.\/old` stands for the folder of the complete model/,
      );
    } finally {
      await Promise.all([book.close(), next.close()]);
    }
  });
});
