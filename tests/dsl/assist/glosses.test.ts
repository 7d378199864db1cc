/** Every completion item has a short description, at every position where words of the vocabulary are offered. */
import assert from "node:assert/strict";
import { complete } from "#dsl/assist/complete.js";
import { oneLineGlossOfDoc, type AssistContext, type CompletionItem } from "#dsl/assist/items.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { wordKindsIn } from "#dsl/language/types/parts.js";
import type { Parameter, ValueType } from "#dsl/language/types/registry.js";
import { registry } from "#stdlib/registry.js";
import { compiled, definitions } from "../world.js";

const run = compiled([`${definitions}recipe quick { epochs: 1 }\nparameters { n: 3 }\ntrain m on d with quick`]);
const context: AssistContext = {
  registry,
  earlier: run.sources,
  facts: run.facts,
  outside: { ...emptyEnvironment, typescript: ["rows"] },
};
const at = (text: string): readonly CompletionItem[] => complete(text, text.length, context).items;
const isBuilt = (one: { readonly planned?: object }): boolean => !one.planned;

/** The header of each verb, up to its block. */
const openings: Readonly<Record<string, string>> = {
  data: "data x {",
  model: "model x {",
  recipe: "recipe x {",
  parameters: "parameters {",
  engine: "engine {",
  train: "train m on d {",
  sweep: "sweep m on d as s {",
  evaluate: "evaluate m on d.test {",
  predict: "predict m on d.test {",
};

describe("gloss of a completion item", () => {
  const faults: string[] = [];
  const look = (text: string): readonly CompletionItem[] => {
    const items = at(text);
    for (const { text: name, gloss, type } of items)
      if (gloss.trim().length < 2 || gloss.length > 65 || gloss === name || gloss === type)
        faults.push(`${text}| ${name}: ${gloss}`);
    return items;
  };
  afterEach(() => assert.deepEqual(faults.splice(0), []));

  it("exists for verbs, connectors, names, members and topics", () => {
    for (const text of ["", "show m.", "show d.", "evaluate m on d.", "allow: ", "tune "]) look(text);
    for (const verb of registry.verbs().filter(isBuilt))
      for (const rest of [" ", " m ", " m on ", " m on d ", " x ", " x like "]) look(`${verb.name}${rest}`);
    assert.deepEqual(
      look("train m ").map(({ text, gloss }) => `${text}: ${gloss}`),
      ["on: the data", "with: the recipe", "as: the name under which what comes out is kept"],
    );
  });
  it("exists for keys of each block and for their possible values", () => {
    let places = 0;
    for (const [verb, opening] of Object.entries(openings)) {
      const keys = look(`${opening} `);
      for (const { text } of keys) {
        for (const more of ["", "[", "{ ", "{ x: ", "{ text: "]) places += look(`${opening} ${text}${more}`).length;
      }
      assert.ok(keys.length > 0 || verb === "parameters", verb);
    }
    assert.ok(places > 300, String(places));
  });
  it("exists for arguments of each word and for their possible values", () => {
    const takers = new Map<string, string>();
    const verbs = registry.verbs().filter(({ name }) => openings[name] !== undefined);
    const take = (before: string, parameters: readonly Parameter[]): void => {
      for (const { name, type } of parameters.filter(isBuilt))
        for (const kind of wordKindsIn(type)) {
          const inside = type.is === "record" ? "{ x: " : "";
          if (!takers.has(kind)) takers.set(kind, `${before}${name}: ${inside}`);
        }
    };
    for (const verb of verbs) take(`${openings[verb.name] ?? ""} `, verb.parameters);
    let words = 0;
    for (const { kind, name, parameters } of registry.words.filter(isBuilt)) {
      const before = takers.get(kind);
      if (before === undefined) continue;
      words += 1;
      take(`${before}${name}(`, parameters);
      for (const { text } of look(`${before}${name}(`).filter(({ type }) => type === "key"))
        for (const more of ["", "[", "{ "]) look(`${before}${name}(${text}${more}`);
    }
    assert.ok(words > 80, String(words));
  });
  it("explains what a choice does, not only which key it belongs to", () => {
    const named = (type: ValueType): readonly string[] =>
      type.is === "choice"
        ? type.of
        : type.is === "record"
          ? (type.keys ?? named(type.of))
          : type.is === "either"
            ? type.of.flatMap(named)
            : type.is === "list"
              ? named(type.of)
              : [];
    const lacking = [...registry.words, ...registry.verbs()].filter(isBuilt).flatMap(({ name, parameters }) =>
      parameters.filter(isBuilt).flatMap(({ name: key, type, suggests, means = {} }) => {
        const also = suggests && suggests.from !== "files" ? (suggests.also ?? []) : [];
        return [...named(type), ...also].filter((one) => !(means[one] ?? "")).map((one) => `${name}.${key}: ${one}`);
      }),
    );
    assert.deepEqual(lacking, []);
    const keep = at("recipe r { keep: ").find(({ text }) => text === "last");
    assert.equal(keep?.gloss, "the weights at the end");
    const role = at("data x { columns: { ").find(({ text }) => text === "label: ");
    assert.equal(role?.gloss, "the single label of a text");
  });
  it("is the first sentence of a page, cut between words", () => {
    assert.equal(oneLineGlossOfDoc("Rows in a batch. More of it."), "Rows in a batch");
    assert.equal(oneLineGlossOfDoc("Takes `a` (e.g. this): Then more."), "Takes a (e.g. this)");
    assert.equal(oneLineGlossOfDoc("word ".repeat(30)), `${"word ".repeat(12).trim()}…`);
    assert.equal(oneLineGlossOfDoc(`Rows of a batch; with more, ${"and more ".repeat(9)}`), "Rows of a batch");
    assert.equal(
      oneLineGlossOfDoc("Share of activations dropped while training, as a number from 0 to 1."),
      "Share of activations dropped while training",
    );
    assert.equal(oneLineGlossOfDoc("x".repeat(100)).length, 65);
  });
});
