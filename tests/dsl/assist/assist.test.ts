import assert from "node:assert/strict";
import fc from "fast-check";
import { complete, type AssistContext } from "#dsl/assist/complete.js";
import { hover } from "#dsl/assist/hover.js";
import { isComplete } from "#dsl/assist/is-complete.js";
import { nothingOutside } from "#dsl/compile.js";
import { registry } from "#stdlib/registry.js";
import { built } from "../programs.js";
import { compiled, definitions } from "../world.js";

const verbs = registry.verbs().map((v) => v.name);
const facts = compiled(definitions, { purpose: "assist" }).facts;
const context: AssistContext = {
  registry,
  earlier: [{ id: "e", title: "e", text: `${definitions}recipe quick { epochs: 1 }` }],
  facts,
  outside: { ...nothingOutside, typescript: ["rows"] },
};
/** Completions at `|`. */
function at(text: string): string[] {
  const offset = text.indexOf("|");
  return complete(text.replace("|", ""), offset, context).items.map((i) => i.text);
}

describe("completion", () => {
  it("verbs at the start of a statement", () => assert.deepEqual(at("tr|"), ["train"]));
  it("keys of a block, without those given", () => {
    const keys = at("recipe r { epochs: 3, | }");
    assert.ok(
      keys.includes("batch_size: ") &&
        !keys.includes("epochs: ") &&
        keys.includes("packing: ") &&
        !keys.includes("loss: "),
    );
  });
  it("a recipe's keys under train", () => assert.deepEqual(at("train m on d { batch| }"), ["batch_size: "]));
  it("words of the key's kind", () => {
    const words = at('model x { base: "b", technique: | }');
    assert.ok(words.includes("lora") && words.includes("full") && !words.includes("adamw"));
    const optimizers = at("recipe r { optimizer: | }");
    assert.ok(optimizers.includes("adamw") && !optimizers.includes("adam"), "what is only planned is not offered");
  });
  it("parameters of a word", () => assert.ok(at("model x { technique: lora(|) }").includes("rank: ")));
  it("words in a list", () => assert.ok(at("evaluate m on d.test { metrics: [accuracy, f|] }").includes("f1")));
  it("choices", () => assert.deepEqual(at("recipe r { keep: | }"), ["best", "last"]));
  it("names of the right kind", () => {
    assert.deepEqual(at("train |"), ["m"]);
    assert.deepEqual(at("train m on |"), ["d"]);
    assert.deepEqual(at("train m on d with q|"), ["quick"]);
  });
  it("connectors", () => assert.deepEqual(at("train m |"), ["on", "with", "as"]));
  it("splits", () => assert.deepEqual(at("evaluate m on d.te|"), ["test"]));
  it("columns of the file", () =>
    assert.ok(at('data e { source: csv("a.csv"), columns: { text: bo| } }').includes("body")));
  it("roles", () => assert.deepEqual(at('data e { source: csv("a.csv"), columns: { text_| } }'), ["text_pair: "]));
  it("TypeScript values", () => assert.deepEqual(at("data e { source: $r| }"), ["$rows"]));
  it("works in a program that is not finished", () =>
    assert.ok(at('model x {\n  base: "b"\n  technique: lora(rank: 8\nrecipe r {\n  opt|').includes("optimizer: ")));
  it("never throws, at any place of any beginning of a program", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(built)), fc.nat(), fc.nat(), (program, cut, place) => {
        const text = program.slice(0, cut % (program.length + 1));
        const offset = place % (text.length + 1);
        const found = complete(text, offset, context);
        assert.ok(found.start <= offset && found.end === offset);
        hover(text, offset, context);
        isComplete(text, verbs);
      }),
      { numRuns: 200 },
    );
  });
});

describe("hover", () => {
  const text = "recipe r { optimizer: adamw(learning_rate: 1e-3), epochs: 3 }";
  const over = (word: string) => hover(text, text.indexOf(word) + 2, context)?.markdown ?? "";
  it("verbs, keys, words, parameters", () => {
    assert.match(over("recipe"), /\*\*recipe\*\* \(verb\)/);
    assert.match(over("epochs"), /\*\*epochs\*\* of `recipe`/);
    assert.match(over("adamw"), /\*\*adamw\*\* \(optimizer\)/);
    assert.match(over("learning_rate"), /Default: what the technique recommends/);
  });
  it("a technique tells its learning rate", () => {
    const model = 'model m { base: "b", task: text_classification, technique: lora }';
    assert.match(hover(model, model.indexOf("lora"), context)?.markdown ?? "", /Learning rate where none is written/);
  });
  it("names", () => assert.equal(hover("train m on d", 6, context)?.markdown, "**m** is a model."));
});

describe("is-complete", () => {
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
