import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type ts from "typescript";
import { wordKindsIn } from "#dsl/language/types/parts.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "../../world.js";

const { SyntaxKind, tokenToString } = createRequire(import.meta.url)("typescript") as typeof ts;

describe("rules of the language", () => {
  it("no verb is a reserved or contextual keyword of ECMAScript or TypeScript", () => {
    const keywords = new Set<string>();
    for (let kind = SyntaxKind.FirstKeyword; kind <= SyntaxKind.LastKeyword; kind++)
      keywords.add(tokenToString(kind) ?? "");
    assert.ok(keywords.has("require") && keywords.has("continue"));
    for (const verb of registry.verbs()) assert.ok(!keywords.has(verb.name), verb.name);
  });
  it("keys of data, model and recipe are pairwise disjoint", () => {
    const keys = ["data", "model", "recipe"].flatMap(
      (verb) => registry.find("verb", verb)?.parameters.map((p) => p.name) ?? [],
    );
    assert.ok(keys.length > 20);
    assert.equal(new Set(keys).size, keys.length);
  });
  it("no key is named like a verb, except `engine`", () => {
    const verbs = new Set(registry.verbs().map((v) => v.name));
    for (const verb of registry.verbs())
      for (const parameter of verb.parameters)
        assert.ok(!verbs.has(parameter.name) || parameter.name === "engine", `${verb.name}.${parameter.name}`);
  });
  it("every connector is one of like, on, with, to, as", () => {
    for (const verb of registry.verbs())
      for (const connector of Object.keys(verb.connectors))
        assert.ok(["like", "on", "with", "to", "as"].includes(connector));
  });
  it("every planned verb or word reports `not-built-yet`", () => {
    const planned = registry.words.filter((w) => w.planned);
    assert.ok(planned.length > 10);
    for (const verb of registry.verbs().filter((v) => v.planned))
      assert.deepEqual(compiled(`${verb.name} x { }`, { purpose: "assist" }).codes, ["not-built-yet"], verb.name);
    for (const verb of registry.verbs()) {
      for (const parameter of verb.parameters) {
        if (parameter.planned) continue;
        for (const kind of wordKindsIn(parameter.type)) {
          for (const word of registry.ofKind(kind).filter((w) => w.planned)) {
            const text = verb.name === "sweep" ? "" : `${verb.name} x { ${parameter.name}: ${word.name}(1) }`;
            if (text !== "") assert.ok(compiled(text, { purpose: "assist" }).codes.includes("not-built-yet"), text);
          }
        }
      }
    }
  });
  it("every built word has a description, an example, and reasons for its parameters", () => {
    for (const word of registry.words.filter((w) => !w.planned)) {
      assert.ok(word.doc.length > 10 && word.example.length > 0, word.name);
      for (const p of word.parameters)
        assert.ok(p.doc !== "" && (Boolean(p.why) || p.planned), `${word.name}.${p.name}`);
    }
  });
  it("every default has a reason that does not repeat the option's description", () => {
    const sentences = (text: string): readonly string[] => text.split(/(?<=[.!?])\s+/).filter((one) => one !== "");
    const unclear = registry.words.flatMap(({ kind, name, parameters }) =>
      parameters.flatMap((p) => {
        if (p.planned || p.default === undefined) return [];
        const why = "derived" in p.default ? p.default.derived : (p.why ?? "");
        const does = new Set(sentences(p.doc));
        const apart = does.size > 0 && sentences(why).length > 0 && !sentences(why).some((one) => does.has(one));
        return apart ? [] : [`${kind} ${name}: ${p.name}`];
      }),
    );
    assert.deepEqual(unclear, []);
  });
  // Guards against a past defect: each option's advice was shown next to the default value that disables the option.
  for (const [kind, name, option] of [
    ["technique", "lora", "dora"],
    ["technique", "lora", "rank_stabilized"],
    ["verb", "recipe", "accumulate"],
    ["verb", "predict", "why"],
    ["verb", "train", "detach"],
  ] as const)
    it(`advantages of ${option} in ${name} are in its description, not in the reason of its default`, () => {
      const { doc, why } = registry.find(kind, name)!.parameters.find((p) => p.name === option)!;
      const praise = /full fine-tuning|similar speed|large batch|from the wrong|long trainings/;
      assert.deepEqual([praise.test(doc), praise.test(why ?? "")], [true, false]);
    });
  it("registered words have unique names within their kind", () => {
    const names = registry.words.map((w) => `${w.kind} ${w.name}`);
    assert.equal(new Set(names).size, names.length);
  });
});
