/**
 * Windows of contexts, token spans of answers, and answers found in logits, compared with transformers' tokenizers and
 * its example.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resolveBase } from "#kernel/bases/resolve.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import type { EncodedWindow } from "#stdlib/tokenizers/kind.js";
import { findBestAnswerSpan, tokenSpanIn } from "#stdlib/tasks/shared/answer-spans.js";
import { uniform } from "#tests/oracles/numbers.js";
import { codeOf } from "../data/rows/plans.js";

interface Case {
  readonly question: string;
  readonly context: string;
  readonly length: number;
  readonly stride: number;
  readonly answer: string;
  /** Position in code points. */
  readonly begin: number;
  readonly windows: readonly {
    readonly ids: readonly number[];
    readonly types?: readonly number[];
    readonly texts: readonly (string | null)[];
    readonly span: readonly [number, number];
  }[];
  readonly answers: readonly {
    readonly none: number | null;
    readonly candidates: number;
    readonly longest: number;
    readonly answer: string | null;
    readonly probability?: number;
  }[];
}
const tests = new URL("../../../../tests/", import.meta.url);
const golden = (
  JSON.parse(readFileSync(new URL("golden/oracle/questions.json", tests), "utf8")) as {
    windows: Readonly<Record<string, readonly Case[]>>;
  }
).windows;

describe("context windows compared with transformers", () => {
  for (const [name, cases] of Object.entries(golden))
    describe(name, () => {
      const made: (readonly EncodedWindow[])[] = [];
      before(async () => {
        const carried = name === "all-MiniLM-L6-v2";
        const folder = carried
          ? (await resolveBase(name, { folder: "." })).folder
          : fileURLToPath(new URL(`fixtures/models/tokenizer-${name}`, tests));
        const tokenizer = await loadTokenizer(folder);
        for (const { question, context, length, stride } of cases)
          made.push(await tokenizer.encodeContexts([question], [context], { length, overlap: stride, names: [1] }));
      });
      it("have the same tokens, token types and offsets", () => {
        assert.ok(cases.some(({ windows }) => windows.length > 2));
        cases.forEach(({ windows, context }, i) => {
          assert.equal(made[i]!.length, windows.length);
          made[i]!.forEach((window, n) => {
            const said = windows[n]!;
            assert.deepEqual([...window.ids], said.ids);
            if (said.types) assert.deepEqual([...window.types], said.types);
            const texts = Array.from(window.starts, (start, token) => context.slice(start, window.ends[token]));
            assert.equal(
              window.first,
              said.texts.findIndex((text) => text !== null),
            );
            assert.deepEqual(
              texts,
              said.texts.filter((text) => text !== null),
            );
          });
        });
      });
      it("have the answer at the same tokens, or no answer", () => {
        cases.forEach(({ windows, context, begin, answer }, i) => {
          const start = Array.from(context).slice(0, begin).join("").length;
          assert.ok(context.startsWith(answer, start));
          made[i]!.forEach((window, n) =>
            assert.deepEqual(tokenSpanIn(window, start, start + answer.length), windows[n]!.span),
          );
        });
        assert.ok(cases.some(({ windows }) => windows.some(({ span }) => span[1] > 0)));
      });
      it("give the same answers for random logits", () => {
        let found = 0;
        cases.forEach((one, i) => {
          const windows = made[i]!.map((window, n) => ({
            window,
            logits: uniform(`answers/${name}/${i}/${n}`, [window.ids.length, 2], 6),
          }));
          for (const { none, candidates, longest, answer, probability } of one.answers) {
            const got = findBestAnswerSpan(windows, { none, candidates, longest });
            assert.equal(one.context.slice(got.start, got.end), got.answer);
            // If the example finds no answer among the likeliest tokens, `findBestAnswerSpan` searches all tokens of the
            // context, so they differ.
            if (answer === null) continue;
            assert.equal(got.answer, answer);
            assert.ok(Math.abs(got.probability - probability!) < 1e-6);
            found += 1;
          }
        });
        assert.ok(found > 100, String(found));
      });
    });

  it("report a question that leaves no space for the context, with its row", async () => {
    const tokenizer = await loadTokenizer(fileURLToPath(new URL("fixtures/models/tokenizer-distilbert", tests)));
    const encode = (context: string, overlap: number) =>
      tokenizer.encodeContexts(["hello the the"], [context], { length: 12, overlap, names: [7] });
    const { code, data } = await codeOf(() => encode("the ".repeat(9), 6));
    assert.deepEqual(
      [code as string, data as object],
      ["no-room-for-context", { row: 7, question: 3, room: 6, max_length: 12, stride: 6 }],
    );
    assert.deepEqual(
      (await encode("the ".repeat(9), 5)).map(({ starts }) => starts.length),
      [6, 6, 6, 6],
    );
    assert.equal((await encode("the ".repeat(6), 6)).length, 1);
  });
  it("belong to their own question in a batch", async () => {
    const tokenizer = await loadTokenizer(fileURLToPath(new URL("fixtures/models/tokenizer-distilbert", tests)));
    const long = "the hello ".repeat(8);
    const made = await tokenizer.encodeContexts(["the", "hello", "use"], [long, "you 🙂 don", long], {
      length: 12,
      overlap: 2,
      names: [1, 2, 3],
    });
    assert.deepEqual(
      made.map(({ questionIndex: of }) => of),
      [0, 0, 0, 1, 2, 2, 2],
    );
    const you = made[3]!;
    assert.deepEqual(
      Array.from(you.starts, (start, i) => "you 🙂 don".slice(start, you.ends[i])),
      ["you", "🙂", "don"],
    );
  });
});
