/** A value missing from a sample of the rows may occur in the other rows, so its absence is not reported. */
import assert from "node:assert/strict";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { dataCheckNotes } from "#kernel/apps/checking/data-notes.js";
import { compiled, dataFacts, definitions } from "../../world.js";

const lengths = { step: 8, counts: [2], total: 12, longest: 7 };
const part = dataFacts({
  ...{ labels: ["no"], rowsIn: 2, kept: 2 },
  splits: {
    train: { rows: 60, labels: [{ label: "no", count: 3 }], lengths },
    validation: { rows: 0, labels: [], lengths },
    test: { rows: 2, labels: [{ label: "no", count: 2 }], lengths },
  },
});
const sampled = { rows: 1_000, of: 12_345_678 };
const check = (more: object) => compiled(`${definitions}train m on d`, { data: () => ({ ...part, ...more }) });

describe("checks on a sample of the rows", () => {
  it("report no empty splits, single labels or rare labels", () => {
    assert.deepEqual(check({}).codes.toSorted(), ["empty-split", "one-label", "rare-label"]);
    assert.deepEqual(check({ sampled }).codes, []);
  });
  it("report no unknown split, since its rows may be outside the sample", () => {
    const program = definitions.replace(/random\([^)]*\)/, "by_column(part)");
    const of = (more: object) =>
      compiled(
        `${program}train m on d { validate: every(steps: 1), keep: best, early_stopping: patience(2) }\nevaluate m on d.test`,
        {
          data: () => ({
            ...part,
            labels: ["no", "yes"],
            splits: { train: { ...part.splits["train"]!, labels: [] } },
            ...more,
          }),
        },
      ).codes;
    assert.ok(of({}).includes("unknown-split") && of({}).includes("needs-validation"), of({}).join());
    assert.deepEqual(of({ sampled }), []);
  });
  it("give an approximate count of truncated texts", () => {
    const long = { step: 8, counts: [100, ...new Array<number>(80).fill(0), 297_535], total: 1e8, longest: 655 };
    const data = (more: object) => () =>
      dataFacts({
        splits: { ...dataFacts().splits, train: { ...dataFacts().splits["train"]!, rows: 297_635, lengths: long } },
        ...more,
      });
    const told = (more: object) => {
      const { diagnostics } = compiled(`${definitions}train m on d`, { data: data(more) });
      const cut = diagnostics.find((d) => d.code === "truncated");
      return cut && textsOfCode(cut.code, cut.data).message.replace(/ longer.*/, "");
    };
    assert.equal(told({}), "297535 texts are");
    assert.equal(told({ counted: { rows: 10, of: 20 } }), "about 300000 texts are");
  });
  it("add a note with the sample size and the option `--whole`", () => {
    assert.deepEqual(dataCheckNotes(check({}).facts), []);
    assert.deepEqual(dataCheckNotes(check({ sampled, counted: { rows: 400, of: 1_000 } }).facts), [
      "d: only the first 1,000 of about 12,345,678 rows, and the tokens of 400 of them were checked; `--whole` checks all",
    ]);
    assert.deepEqual(dataCheckNotes(check({ counted: { rows: 400, of: 1_000 } }).facts), [
      "d: only the tokens of 400 of 1,000 rows were checked; `--whole` checks all",
    ]);
  });
});
