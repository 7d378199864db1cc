/**
 * Completion at every prefix of every valid program offers the token that follows, whether typed in part or not at all:
 * verbs, keys, words, values, names, columns, splits. Unpredictable tokens are excluded: new names, free texts,
 * numbers.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { complete } from "#dsl/assist/complete.js";
import type { AssistContext } from "#dsl/assist/items.js";
import { cursorContextAt } from "#dsl/assist/situation.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import * as t from "#dsl/language/syntax/tokens.js";
import { registry } from "#stdlib/registry.js";
import { built } from "../programs.js";
import { columns, compiled, type Run } from "../world.js";

const root = new URL("../../../..", import.meta.url);
const verbs = registry.verbs().map((v) => v.name);

/** Programs of the documentation, and record examples that are complete statements. */
function programs(): readonly string[] {
  const begins = (text: string): boolean => verbs.some((verb) => text.trimStart().startsWith(`${verb} `));
  const pages = ["README.md", "docs/tune.md"].flatMap((page) =>
    [...readFileSync(new URL(page, root), "utf8").matchAll(/```(?:tune)?\n([\s\S]*?)```/g)].map(
      ([, text]) => text ?? "",
    ),
  );
  const examples = registry.words.filter((word) => !word.planned).map((word) => word.example);
  return [...new Set([...Object.values(built), ...pages.filter(begins), ...examples.filter(begins)])];
}

interface Asked {
  readonly program: string;
  readonly token: string;
  readonly start: number;
}
/** Returns the tokens of a program that can be predicted from the text before them. */
function asked(program: string, run: Run): readonly Asked[] {
  const known = new Set([...Object.keys(run.names), ...columns]);
  return t
    .lex(program)
    .tokens.filter((k) => k.tokenType === t.Identifier || k.tokenType === t.DollarName)
    .filter((k) => !isFree(cursorContextAt(program, k.startOffset, registry), k.image.replace(/^\$/, ""), known))
    .map((k) => ({ program, token: k.image, start: k.startOffset }));
}
function isFree(at: ReturnType<typeof cursorContextAt>, token: string, known: ReadonlySet<string>): boolean {
  switch (at.kind) {
    case "statement":
      return token === "tune";
    case "header": {
      const takes = at.connector === null ? at.verb.operands.what : at.verb.connectors[at.connector]?.takes;
      // The training may come from another notebook.
      return at.operands === 0 && (takes === "new-name" || takes === "training" || !known.has(token));
    }
    case "member":
      return at.verb !== undefined && at.verb.effect === "acts" && !known.has(at.nameParts[0] ?? "");
    case "key":
      return at.verb.name === "parameters";
    case "record-key":
      return at.keys.length === 0 && !at.settings;
    case "value":
    case "argument": {
      const type = at.type?.is;
      const parameter = at.kind === "value" ? at.parameter : at.word.parameters.find((p) => p.positional !== undefined);
      const free = type === "text" && parameter?.suggests === undefined;
      return (free && !/^\$/.test(token)) || (isColumn(at.type) && !columns.includes(token) && !registryKnows(token));
    }
    case "code":
      return false;
  }
}
function isColumn(type: { readonly is: string; readonly of?: unknown } | undefined): boolean {
  if (type?.is === "column") return true;
  return type?.is === "either" && (type.of as readonly { readonly is: string }[]).some((one) => isColumn(one));
}
const registryKnows = (name: string): boolean => registry.words.some((word) => word.name === name);

function contextOf(run: Run): AssistContext {
  return { registry, earlier: [], facts: run.facts, outside: { ...emptyEnvironment, typescript: ["rows"] } };
}
function offers(text: string, offset: number, token: string, context: AssistContext): boolean {
  return complete(text, offset, context).items.some((item) => item.text.replace(/:\s*$/, "") === token);
}

describe("completion at every token of the example programs", () => {
  const all = programs().map((program) => ({ program, run: compiled(program) }));
  const tokens = all.flatMap(({ program, run }) => asked(program, run).map((one) => ({ ...one, run })));

  it("offers the next token before any of it is typed", () => {
    const missed = tokens.filter(
      ({ program, token, start, run }) => !offers(program.slice(0, start), start, token, contextOf(run)),
    );
    console.log(`      ${tokens.length - missed.length} of ${tokens.length} tokens of ${all.length} programs`);
    assert.ok(tokens.length > 700);
    assert.deepEqual(
      missed.map(({ program, token, start }) => lineAt(program, start, token)),
      [],
    );
  }).timeout(30_000);

  it("offers a half-typed token with the rest of the program behind it", () => {
    const missed: string[] = [];
    for (const { program, token, start, run } of tokens) {
      const half = Math.ceil(token.length / 2);
      const text = program.slice(0, start + half) + program.slice(start + token.length);
      if (half < token.length && !offers(text, start + half, token, contextOf(run)))
        missed.push(lineAt(program, start, token));
    }
    assert.deepEqual(missed, []);
  }).timeout(30_000);

  it("offers the next token in over 90 % of programs that lost an earlier token", () => {
    let [hits, tries] = [0, 0];
    for (const { program, token, start, run } of tokens) {
      const before = t.lex(program.slice(0, start)).tokens.filter((k) => k.tokenType !== t.NewLine);
      // Removes a token 3 to 9 tokens before the cursor, varying by position. The last two tokens stay: they determine
      // what may follow.
      const lost = before[before.length - 3 - (start % 7)];
      if (!lost || before.length < 12) continue;
      const cut = t.tokenEnd(lost) - lost.startOffset;
      const text = program.slice(0, lost.startOffset) + program.slice(lost.startOffset + cut, start);
      tries++;
      if (offers(text, start - cut, token, contextOf(run))) hits++;
    }
    const rate = hits / tries;
    console.log(`      ${hits} of ${tries} (${(100 * rate).toFixed(1)} %)`);
    assert.ok(rate > 0.9, String(rate));
  }).timeout(30_000);
});

function lineAt(program: string, start: number, token: string): string {
  const from = program.lastIndexOf("\n", start) + 1;
  return `${token} in ${program.slice(from).split("\n")[0]!.trim()}`;
}
