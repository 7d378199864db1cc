import assert from "node:assert/strict";
import fc from "fast-check";
import { complete } from "#dsl/assist/complete.js";
import type { AssistContext } from "#dsl/assist/items.js";
import { termsIn } from "#dsl/assist/glossary.js";
import { hoverAt } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { registry } from "#stdlib/registry.js";
import { built } from "../programs.js";
import { compiled, definitions } from "../world.js";

const verbs = registry.verbs().map((v) => v.name);
const facts = compiled(definitions, { purpose: "assist" }).facts;
const context: AssistContext = {
  registry,
  earlier: [{ id: "e", title: "e", text: `${definitions}recipe quick { epochs: 1 }` }],
  facts,
  outside: { ...emptyEnvironment, typescript: ["rows"] },
};
/** What a notebook knows after its cells ran: the facts of the data and of the base model. */
const known: AssistContext = (() => {
  const cells = `${definitions}recipe quick { epochs: 1 }\ntrain m on d with quick`;
  const run = compiled([cells]);
  return { ...context, earlier: run.sources, facts: run.facts };
})();
/** Returns the completions at `|`. */
function at(text: string): string[] {
  const offset = text.indexOf("|");
  return complete(text.replace("|", ""), offset, context).items.map((i) => i.text);
}

describe("completion", () => {
  it("offers verbs at the start of a statement", () => assert.deepEqual(at("tr|"), ["train"]));
  it("offers keys of a block that are not set yet", () => {
    const keys = at("recipe r { epochs: 3, | }");
    assert.ok(
      keys.includes("batch_size: ") &&
        !keys.includes("epochs: ") &&
        keys.includes("packing: ") &&
        !keys.includes("loss: "),
    );
  });
  it("offers recipe keys under `train`", () => assert.deepEqual(at("train m on d { batch| }"), ["batch_size: "]));
  it("offers only built words of the key's kind", () => {
    const words = at('model x { base: "b", technique: | }');
    assert.ok(words.includes("lora") && words.includes("full") && !words.includes("adamw"));
    const optimizers = at("recipe r { optimizer: | }");
    assert.ok(optimizers.includes("adamw") && !optimizers.includes("adam"), "what is only planned is not offered");
  });
  it("offers parameters of a word", () => assert.ok(at("model x { technique: lora(|) }").includes("rank: ")));
  it("offers words in a list", () => assert.ok(at("evaluate m on d.test { metrics: [accuracy, f|] }").includes("f1")));
  it("offers words and names together in `evaluate`", () => {
    assert.deepEqual(at("evaluate |"), ["m", "baseline", "prompt"]);
    assert.deepEqual(at("evaluate m, base|"), ["baseline"]);
    assert.deepEqual(at("evaluate m, baseline(ma|"), ["majority"]);
  });
  it("offers the choices of a key", () => assert.deepEqual(at("recipe r { keep: | }"), ["best", "last"]));
  it("offers names of the right kind", () => {
    assert.deepEqual(at("train |"), ["m"]);
    assert.deepEqual(at("train m on |"), ["d"]);
    assert.deepEqual(at("train m on d with q|"), ["quick"]);
  });
  it("offers connectors", () => assert.deepEqual(at("train m |"), ["on", "with", "as"]));
  it("offers splits", () => assert.deepEqual(at("evaluate m on d.te|"), ["test"]));
  it("offers columns of the file", () =>
    assert.ok(at('data e { source: csv("a.csv"), columns: { text: bo| } }').includes("body")));
  it("offers column roles", () =>
    assert.deepEqual(at('data e { source: csv("a.csv"), columns: { text_| } }'), ["text_pair: "]));
  it("offers TypeScript values after `$`", () => assert.deepEqual(at("data e { source: $r| }"), ["$rows"]));
  it("works in an unfinished program", () =>
    assert.ok(at('model x {\n  base: "b"\n  technique: lora(rank: 8\nrecipe r {\n  opt|').includes("optimizer: ")));
  it("never throws, at any position of any program prefix", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(built)), fc.nat(), fc.nat(), (program, cut, place) => {
        const text = program.slice(0, cut % (program.length + 1));
        const offset = place % (text.length + 1);
        const found = complete(text, offset, context);
        assert.ok(found.start <= offset && found.end === offset);
        hoverAt(text, offset, context);
        isComplete(text, verbs);
      }),
      { numRuns: 200 },
    );
  });
});

describe("hover text", () => {
  const text = "recipe r { optimizer: adamw(learning_rate: 1e-3), epochs: 3 }";
  const over = (word: string) => hoverAt(text, text.indexOf(word) + 2, context)?.markdown ?? "";
  it("explains choices and column roles", () => {
    const page = (marked: string): string =>
      hoverAt(marked.replace("|", ""), marked.indexOf("|"), context)?.markdown.split("\n")[0] ?? "";
    assert.equal(page("recipe r { keep: l|ast }"), "**last** of `keep`: the weights at the end");
    assert.equal(page("recipe r { batch_size: 1|6 }"), "**16** of `batch_size`");
    assert.equal(page("data x { columns: { la|bel: team } }"), "**label** of `columns`: the single label of a text");
  });
  it("explains verbs, keys, words and parameters", () => {
    assert.match(over("recipe"), /\*\*recipe\*\* \(verb\)/);
    assert.match(over("epochs"), /\*\*epochs\*\* of `recipe`/);
    assert.match(over("adamw"), /\*\*adamw\*\* \(optimizer\)/);
    assert.match(over("learning_rate"), /Default: the technique's recommendation/);
  });
  it("shows the learning rate of a technique", () => {
    const model = 'model m { base: "b", task: text_classification, technique: lora }';
    assert.match(hoverAt(model, model.indexOf("lora"), context)?.markdown ?? "", /Default learning rate/);
  });
  const at = (marked: string, given = known): string =>
    hoverAt(marked.replace("|", ""), marked.indexOf("|"), given)?.markdown ?? "";
  it("shows what is known about a name", () => {
    assert.match(
      at("train |m on d"),
      /^\*\*m\*\* is a model, trained in this session\n\nbase `minilm`, task `text_classification`/,
    );
    assert.match(at("train m on |d"), /1,000 rows of 1,000|1,000 rows of 1,000: train 800/);
    assert.match(at("train m on d with |quick"), /recipe\n\n`epochs: 1`/);
    assert.match(at("evaluate m on d.|test"), /\*\*d\.test\*\*: 100 rows\n\nno 50, yes 50/);
    assert.match(at("train m on d |with quick"), /the recipe/);
  });
  it("shows the effect of a value in this program", () => {
    const training = (entry: string): string => at(`train m on d with quick { ${entry} }`);
    assert.match(training("epochs: |3"), /Here: 800 rows in batches of 32: 75 steps, [\d,]+ tokens\./);
    assert.match(training("steps: |100"), /Here: 4 epochs of 800 rows\./);
    assert.match(training("batch_size: |16"), /Here: 50 updates an epoch, 50 in all\./);
    assert.match(training("epochs: 3, schedule: linear(warmup: |20%)"), /Here: 20% of 75 steps are 15\./);
    const data = definitions.split("\n")[0] ?? "";
    assert.match(at(data.replace("80%", "|80%")), /Here: train: 800 rows of 1,000\./);
    assert.match(
      at('model m { base: "minilm", task: text_classification, technique: lora(rank: |16) }'),
      /Here: 147,456 parameters train besides the head: 0\.649 % of the base's 22\.7 million\./,
    );
    assert.match(
      at('model m { base: |"minilm", task: text_classification }'),
      /Here: bert, 22\.7 million parameters, 512 positions/,
    );
    assert.match(
      at('model m { base: "minilm", task: text_classification, max_length: |8 }'),
      /longest text has 15 tokens; at least 1 text of 800 would be cut/,
    );
  });
  it("describes columns, `$` values and parameters", () => {
    assert.match(at('data e { source: csv("a.csv"), columns: { text: |body } }'), /\*\*body\*\* is a column/);
    assert.match(at("data e { source: |$rows, columns: { text: text } }"), /TypeScript value/);
    assert.match(at("parameters { rate: 1e-3 }\nrecipe r { clip: |$rate }"), /\*\*\$rate\*\* is a parameter: `0.001`/);
  });
  it("explains terms of the glossary that occur in it, but not its subject", () => {
    const terms = (page: string): readonly (string | undefined)[] =>
      [...page.matchAll(/^- \*(.+)\*: /gm)].map(([, term]) => term);
    assert.ok(terms(at("recipe r { |epochs: 3 }")).length <= 4);
    assert.ok(!terms(at("recipe r { |epochs: 3 }")).includes("epoch"));
    assert.deepEqual(terms(at("recipe r { |schedule: constant }")), [
      "learning rate",
      "step, update",
      "warm-up",
      "fine-tuning",
    ]);
    assert.deepEqual(
      termsIn("Ends early. The learning rates are high; tokenizers, not `batch_size`\n\n```tune\nepochs: 3\n```").map(
        ({ term }) => term,
      ),
      ["learning rate", "tokenizer", "batch"],
    );
    assert.deepEqual(termsIn("a stepmother; re-token"), []);
  });
  it("explains the last part of a dotted key", () =>
    assert.match(at("recipe r like quick { optimizer.|learning_rate: 1e-3 }"), /\*\*learning_rate\*\* of `optimizer`/));
});

describe("completion from known facts", () => {
  const items = (marked: string) => complete(marked.replace("|", ""), marked.indexOf("|"), known).items;
  it("lists required keys first, with their types", () => {
    const [first, second] = items("model x { | }");
    assert.deepEqual([first?.text, second?.text], ["base: ", "task: "]);
    assert.match(first?.detail ?? "", /^required: a string/);
    assert.match(items("recipe r { batch_s| }")[0]?.detail ?? "", /an integer, else 32/);
  });
  it("offers only metrics of the model's task", () => {
    const texts = items("evaluate m on d.test { metrics: [|] }").map((i) => i.text);
    assert.ok(texts.includes("accuracy") && !texts.includes("bleu") && !texts.includes("pearson"));
  });
  it("offers linear layers of the base for `targets`", () => {
    const texts = items('model m { base: "minilm", task: text_classification, technique: lora(targets: [|]) }').map(
      (i) => i.text,
    );
    assert.deepEqual(texts, ["all", "attention", "feed_forward", "query", "key", "value", "dense"]);
  });
  it("offers labels of the data", () => {
    assert.deepEqual(
      items('data e { source: csv("a.csv"), columns: { text: text, label: label }, labels: [|] }').map((i) => i.text),
      ["no", "yes"],
    );
    assert.deepEqual(
      items("evaluate m on d.test { metrics: [f1(of: |)] }").map((i) => i.text),
      ["no", "yes"],
    );
  });
});

describe("completion of paths", () => {
  const entries = [
    { name: "data", folder: true },
    { name: "notes.md", folder: false },
    { name: "tickets.csv", folder: false },
  ];
  /** Completes as a host does: looks up the facts that completion needs, then requests it again. */
  const paths = (marked: string, wanted = ""): string[] => {
    const [text, offset] = [marked.replace("|", ""), marked.indexOf("|")];
    const first = complete(text, offset, context);
    const [need] = first.needs;
    if (!need) return first.items.map((i) => i.text);
    assert.deepEqual(need, { about: "files", path: wanted, folder: "." });
    const again = complete(text, offset, { ...context, facts: context.facts.with(need, { entries }) });
    return again.items.map((item) => text.slice(0, again.start) + item.text);
  };
  it("lists folders first, then files that the word can read", () => {
    const head = 'data e { source: csv("';
    assert.deepEqual(paths(`${head}|`), [`${head}data/`, `${head}tickets.csv`]);
    assert.deepEqual(paths(`${head}ti|`), [`${head}tickets.csv`]);
    assert.deepEqual(paths(`${head}data/ti|`, "data/"), [`${head}data/tickets.csv`]);
  });
  it("works mid-program and after a name, and offers all files if no extension matches", () => {
    assert.deepEqual(paths('data e { source: { train: jsonl("a.jsonl"), test: jsonl("ti|\n'), [
      'data e { source: { train: jsonl("a.jsonl"), test: jsonl("tickets.csv',
    ]);
    assert.deepEqual(paths('use "|'), ['use "data/', 'use "notes.md', 'use "tickets.csv']);
    assert.deepEqual(paths('model x { base: "b", task: text_classification, technique: lora(from: "da|'), [
      'model x { base: "b", task: text_classification, technique: lora(from: "data/',
    ]);
  });
  it("offers nothing where no file is expected, nor for URLs", () => {
    assert.deepEqual(paths('recipe r { schedule: "|'), []);
    assert.deepEqual(paths('predict m on "da|'), []);
    assert.deepEqual(paths('data e { source: csv("https://|'), []);
  });
});

describe("completion of `allow`", () => {
  const uneven = compiled(definitions + "train m on d { epochs: 20, keep: last }");
  const items = (marked: string) =>
    complete(marked.replace("|", ""), marked.indexOf("|"), {
      ...context,
      earlier: uneven.sources.slice(0, 0),
      facts: uneven.facts,
    }).items;
  it("offers `allow` in every block", () => {
    for (const block of ["recipe r { al|", 'data e { source: csv("a.csv"), al|', "train m on d { al|"])
      assert.deepEqual(at(block), ["allow: "], block);
  });
  it("lists codes that this statement would report first, with their message", () => {
    const [first, second] = items(`${definitions}train m on d { epochs: 20, keep: last, allow: { |`);
    assert.equal(first?.text, "likely-over-fits: ");
    assert.match(first?.detail ?? "", /20 epochs/);
    assert.equal(second?.detail, undefined);
  });
  it("completes half-typed codes with dashes, and omits codes already listed", () => {
    assert.deepEqual(
      items("train m on d { allow: { likely-ov|").map((i) => i.text),
      ["likely-over-fits: "],
    );
    const rest = items('train m on d { allow: { truncated: "x", | } }').map((i) => i.text);
    assert.ok(!rest.includes("truncated: ") && rest.includes("rare-label: "));
  });
});

describe("completion of `$` names", () =>
  it("shows TypeScript types and parameter values", () => {
    const marked = "parameters { rate: 1e-3 }\ndata e { source: $|";
    const outside = { ...context.outside, types: { rows: "ColumnTable" } };
    const { items } = complete(marked.replace("|", ""), marked.indexOf("|"), { ...context, outside });
    assert.deepEqual(
      items.map(({ text, detail }) => [text, detail]),
      [
        ["$rate", "parameter, 0.001"],
        ["$rows", "ColumnTable"],
      ],
    );
  }));

describe("completeness check of a cell", () => {
  const cases: readonly (readonly [string, string, string?])[] = [
    ["recipe r { epochs: 3 }", "complete"],
    ["train m on d", "complete"],
    ["recipe r {", "incomplete", "  "],
    ["recipe r {\n  optimizer: adamw(", "incomplete", "    "],
    ['model m { task: text_generation(prompt: """', "incomplete", ""],
    ["train a,", "incomplete", ""],
    ["recipe r { epochs: 3 }}", "invalid"],
    ["recipe r { epochs = 3 }", "invalid"],
    ["", "complete"],
  ];
  for (const [text, status, indent] of cases)
    it(JSON.stringify(text), () =>
      assert.deepEqual(isComplete(text, verbs), indent === undefined ? { status } : { status, indent }),
    );
});
