/**
 * Messages of syntax errors in every parser state: each token of one program per grammar rule is removed, or replaced
 * by a token of another type. The expected messages are in tests/corpus/syntax.txt (`TUNEBOOK_BLESS=1` writes the
 * present ones).
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import * as t from "#dsl/language/syntax/tokens.js";
import { compiled, type Run } from "../../world.js";

const golden = fileURLToPath(new URL("../../../../../tests/corpus/syntax.txt", import.meta.url));
const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");

/** One program for each grammar rule. */
const rules: Readonly<Record<string, string>> = {
  statement: "recipe quick { epochs: 3 }\nrecipe slow like quick { epochs: 9 }\nshow slow",
  "operands and connectors": `data d { source: csv("a.csv"), columns: { text: text, label: label } }
model m { base: "minilm", task: text_classification }
model n like m { max_length: 64 }
train m, n on d { epochs: 1 }
predict m on "a text", "another"`,
  block: 'data d {\n  source: csv("a.csv")\n  columns: { text: text, label: label }\n}',
  "entry and key": "recipe quick { epochs: 3 }\nrecipe slow like quick { optimizer.learning_rate: 1e-4, epochs: 9 }",
  "range and bound": 'parameters { low: 0 }\nmodel m { base: "minilm", task: regression(range: $low..10) }',
  "word and argument":
    "recipe quick { optimizer: adamw(learning_rate: 1e-3, weight_decay: 0.1), schedule: cosine(warmup: 10%) }",
  list: 'data d { source: csv("a.csv"), columns: { text: text }, clean: [unicode, drop_empty] }',
  reference:
    "parameters { rate: 1e-3, rounds: 2 }\nrecipe quick { optimizer: adamw(learning_rate: $rate), epochs: $rounds }",
  texts:
    'use "common.tune"\nmodel m { base: "minilm", task: text_classification, technique: prompt_tuning(init: """\n  Sort this.\n  """) }',
  version: "tune 1\nrecipe quick { epochs: 3 }",
};

interface Case {
  readonly rule: string;
  readonly how: string;
  readonly before: string;
  readonly token: string;
  readonly after: string;
  readonly run: Run;
}

/** Returns a token of a different type than `token`. */
function other(token: ReturnType<typeof t.lex>["tokens"][number]): string {
  if (t.isOpenBracket(token) || t.isCloseBracket(token))
    return { "{": "[", "[": "(", "(": "{", "}": ")", ")": "]", "]": "}" }[token.image] ?? "";
  if ([t.Identifier, t.DollarName].includes(token.tokenType)) return "7";
  if ([t.Num, t.Str, t.TripleQuoted].includes(token.tokenType)) return ":";
  return token.tokenType === t.NewLine ? "," : "word";
}

function cases(): readonly Case[] {
  return Object.entries(rules).flatMap(([rule, program]) =>
    t.lex(program).tokens.flatMap((token) =>
      ["without", "with"].map((how): Case => {
        const put = how === "with" ? ` ${other(token)} ` : "";
        const [before, after] = [program.slice(0, token.startOffset), program.slice(t.tokenEnd(token))];
        const run = compiled(before + put + after, { files: { "common.tune": "recipe common { epochs: 1 }" } });
        return { rule, how: put === "" ? how : `${how}${put.trimEnd()} for`, before, token: token.image, after, run };
      }),
    ),
  );
}

function told({ run }: Case): string {
  const [first, ...more] = run.diagnostics;
  if (!first) return "means something else";
  const words = textsOfCode(first.code, first.data as never);
  const rest = more.length === 0 ? "" : `   + ${more.map((d) => d.code).join(", ")}`;
  return `${first.code}: ${words.message}${words.help === undefined ? "" : ` (${words.help})`}${rest}`;
}
function place({ before, token, after }: Case): string {
  const left = before.slice(before.lastIndexOf("\n") + 1);
  const right = after.split("\n")[0] ?? "";
  return `${left}‹${token.replaceAll("\n", "⏎")}›${token === "\n" ? "" : right}`;
}

describe("syntax error messages", () => {
  const all = cases();
  it("match the committed text for each token removed or replaced", () => {
    let rule = "";
    const lines = all.flatMap((one) => {
      const head = one.rule === rule ? [] : ["", `== ${one.rule}`, ""];
      rule = one.rule;
      return [...head, `${one.how} ${place(one)}`, `    ${told(one)}`];
    });
    const now = `${lines.join("\n").trimStart()}\n`;
    if (bless || !existsSync(golden)) {
      assert.ok(bless, "tests/corpus/syntax.txt is missing: look at what is said, then bless it");
      writeFileSync(golden, now);
    }
    assert.equal(now, readFileSync(golden, "utf8"));
  });
  for (const [how, least] of [
    ["without", 0.95],
    ["with", 0.8],
  ] as const)
    it(`report one error for ≥ ${String(least * 100)} % of tokens ${how === "without" ? "left out" : "replaced"}`, () => {
      const broken = all.filter((one) => one.how.split(" ")[0] === how && one.run.diagnostics.length > 0);
      const one = broken.filter(({ run }) => run.diagnostics.length === 1).length / broken.length;
      console.log(`      one report in ${(one * 100).toFixed(1)} % of ${String(broken.length)}`);
      assert.ok(one >= least, String(one));
    });
});
