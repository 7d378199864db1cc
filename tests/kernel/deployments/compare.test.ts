import assert from "node:assert/strict";
import { compareAnswers, parityVerdict } from "#kernel/deployments/compare.js";
import type { RuntimeAnswers } from "#kernel/deployments/runtime-answers.js";

const rows = (...all: readonly (readonly number[])[]): readonly Float32Array[] =>
  all.map((row) => Float32Array.from(row));
const exact = { tolerance: 1e-4 } as const;
const rounded = { tolerance: null, agreement: 0.9 } as const;

describe("comparison of two models' answers", () => {
  const labels: RuntimeAnswers = { says: ["a", "b"], numbers: rows([1, 2], [3, 1]) };
  it("is equal within the tolerance if the labels match", () => {
    const near = { says: ["a", "b"], numbers: rows([1.0001, 2], [3, 1]) };
    assert.equal(parityVerdict(compareAnswers(labels, near), exact), "equal");
    assert.equal(parityVerdict(compareAnswers(labels, { ...near, says: ["a", "a"] }), exact), "differs");
    assert.equal(
      parityVerdict(compareAnswers(labels, { says: ["a", "b"], numbers: rows([1.01, 2], [3, 1]) }), exact),
      "differs",
    );
  });
  it("differs for non-finite numbers and missing rows", () => {
    for (const numbers of [
      rows([Number.NaN, 2], [3, 1]),
      rows([1, 2]),
      rows([1, 2, 0], [3, 1]),
      rows([Infinity, 2], [3, 1]),
    ])
      for (const how of [exact, rounded])
        assert.equal(
          parityVerdict(compareAnswers(labels, { says: ["a", "b"], numbers }), how),
          "differs",
          String(numbers),
        );
  });
  it("agrees for quantized weights if numbers are near and most labels match", () => {
    const near = { says: ["a", "b"], numbers: rows([1.2, 2], [3, 1]) };
    assert.equal(parityVerdict(compareAnswers(labels, near), rounded), "agrees");
    assert.equal(parityVerdict(compareAnswers(labels, { ...near, says: ["a", "a"] }), rounded), "differs");
    assert.equal(
      parityVerdict(compareAnswers(labels, { says: ["a", "b"], numbers: rows([2.2, 2], [3, 1]) }), rounded),
      "differs",
    );
  });
  it("matches near numbers, and vectors with a similar direction", () => {
    const number: RuntimeAnswers = { says: ["3.9"], numbers: rows([3.9]), numeric: true };
    assert.equal(compareAnswers(number, { ...number, says: ["3.8"], numbers: rows([3.85]) }).agree, 1);
    assert.equal(compareAnswers(number, { ...number, numbers: rows([3.5]) }).agree, 0);
    const vector: RuntimeAnswers = { says: ["x"], numbers: rows([0.6, 0.8, 0]), numeric: true };
    assert.equal(compareAnswers(vector, { ...vector, says: ["y"], numbers: rows([0.62, 0.78, 0.05]) }).agree, 1);
    assert.equal(compareAnswers(vector, { ...vector, numbers: rows([0.8, 0.6, 0]) }).agree, 0);
  });
  it("matches generated tokens up to the first difference", () => {
    const text: RuntimeAnswers = { says: ["ab", "c"], tokens: [[1, 2, 3], [4]] };
    const other = compareAnswers(text, {
      says: ["ax", "c"],
      tokens: [
        [1, 9, 3],
        [4, 5],
      ],
    });
    assert.deepEqual(other.tokens, { agree: 2, of: 5, first: 2, parted: 2, even: 0 });
    assert.equal(parityVerdict(other, exact), "differs");
    assert.equal(parityVerdict(other, rounded), "differs");
    assert.equal(parityVerdict(compareAnswers(text, { says: [], tokens: [[1, 2, 9], [4]] }), rounded), "agrees");
    assert.equal(parityVerdict(compareAnswers(text, { says: ["", ""], tokens: [[7], [8]] }), rounded), "differs");
  });
  it("checks every position if the notebook's tokens were forced", () => {
    const tokens = [Array.from({ length: 10 }, (_, i) => i)];
    const leads = rows(Array.from({ length: 10 }, () => 3));
    const notebook: RuntimeAnswers = { says: ["a"], tokens, leads, numbers: rows([5, 1]) };
    const said = (change: (token: number) => number, first = 5.2): RuntimeAnswers => ({
      ...{ says: ["a"], forced: true, tokens: [tokens[0]!.map(change)], leads, numbers: rows([first, 1]) },
    });
    // A correct first token does not prove the tokens after it.
    const broken = compareAnswers(
      notebook,
      said((token) => (token === 0 ? 0 : 77)),
    );
    assert.deepEqual(broken.tokens, { told: true, agree: 1, of: 10, first: 1, parted: 9, even: 0 });
    assert.equal(parityVerdict(broken, rounded), "differs");
    const near = compareAnswers(
      notebook,
      said((token) => (token === 4 ? 77 : token)),
    );
    assert.equal(parityVerdict(near, rounded), "agrees");
    assert.equal(parityVerdict(near, exact), "differs");
    const blind = { ...said((token) => (token > 3 ? 77 : token)) };
    delete (blind as { numbers?: unknown }).numbers;
    assert.equal(parityVerdict(compareAnswers(notebook, blind), rounded), "differs");
  });
  it("differs for empty answers", () => {
    for (const how of [exact, rounded])
      assert.equal(parityVerdict(compareAnswers({ says: [] }, { says: [] }), how), "differs");
    assert.equal(parityVerdict(compareAnswers({ says: [], tokens: [] }, { says: [], tokens: [] }), rounded), "differs");
  });
  it("does not treat small numbers as near because of their size", () => {
    const number: RuntimeAnswers = { says: ["0.009", "0.004"], numbers: rows([0.009], [0.004]), numeric: true };
    const none: RuntimeAnswers = { says: ["0", "0"], numbers: rows([0], [0]), numeric: true };
    assert.equal(parityVerdict(compareAnswers(number, none), rounded), "differs");
  });
  it("accepts diverging tokens only where their leads are below the numeric difference", () => {
    const text = (tokens: number[], leads: number[], first = 5): RuntimeAnswers => ({
      ...{ says: [tokens.join()], tokens: [tokens], leads: rows(leads), numbers: rows([first, 1]) },
    });
    const notebook = text([1, 2, 3], [4, 0.0001, 2]);
    const even = compareAnswers(notebook, text([1, 9], [4, 0.0001], 5.0001));
    assert.deepEqual(even.tokens, { agree: 1, of: 3, first: 1, parted: 1, even: 1 });
    assert.equal(parityVerdict(even, exact), "equal");
    assert.equal(parityVerdict(compareAnswers(notebook, text([1, 9], [4, 0.0001])), exact), "differs");
    assert.equal(parityVerdict(compareAnswers(notebook, text([1, 2, 7], [4, 0.0001, 1], 5.0001)), exact), "differs");
  });
  it("measures the difference of token leads up to the divergence", () => {
    const notebook: RuntimeAnswers = {
      says: ["a"],
      tokens: [[1, 2, 3]],
      leads: rows([4, 3, 2]),
      numbers: rows([5, 1]),
    };
    const far = compareAnswers(notebook, { ...notebook, leads: rows([4, 3.5, 2]) });
    assert.equal(far.difference, 0.25);
    assert.equal(parityVerdict(far, exact), "differs");
    const parted = compareAnswers(notebook, { ...notebook, tokens: [[1, 8]], leads: rows([4, 9]) });
    assert.equal(parted.difference, 0);
  });
});
