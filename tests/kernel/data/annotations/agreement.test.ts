/** Agreement coefficients compared with those of scikit-learn and krippendorff. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { annotatorAgreement, kappaOfChoices, type ChoicesByAnnotator } from "#kernel/data/annotations/agreement.js";

interface Case {
  /** Labels by annotator. */
  readonly said: readonly (readonly (number | null)[])[];
  readonly alpha: number | null;
  readonly kappas: readonly (number | null)[];
  readonly against: Readonly<Record<string, number | null>>;
  readonly printed?: number;
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../../tests/golden/oracle/agreement.json", import.meta.url), "utf8"),
) as readonly Case[];

function rowsOf({ said }: Case): readonly ChoicesByAnnotator[] {
  return (said[0] ?? []).map(
    (_, row) =>
      new Map(said.flatMap((own, who) => ((own[row] ?? null) === null ? [] : [[`p${String(who)}`, String(own[row])]]))),
  );
}
function near(got: number | null | undefined, want: number | null | undefined, what: string): void {
  if (typeof got === "number" && typeof want === "number")
    assert.ok(Math.abs(got - want) < 1e-12, `${what}: ${got}, ${want}`);
  else assert.equal(got ?? null, want ?? null, what);
}

describe("annotator agreement", () => {
  for (const [i, one] of golden.entries())
    it(`matches the reference results: case ${String(i)}`, () => {
      const found = annotatorAgreement(rowsOf(one));
      near(found.alpha, one.alpha, "alpha");
      if (one.printed !== undefined) assert.equal(found.alpha?.toFixed(3), String(one.printed));
      const pairs = one.said.flatMap((_, a) => one.said.slice(a + 1).map((_, b) => [a, a + 1 + b] as const));
      for (const [n, [a, b]] of pairs.entries()) {
        const pair = found.pairs.find((own) => own.a === `p${String(a)}` && own.b === `p${String(b)}`);
        near(pair?.kappa, one.kappas[n], `kappa of ${String(a)} and ${String(b)}`);
      }
      for (const { choice, alpha } of found.choices) near(alpha, one.against[choice], `label ${choice}`);
    });

  it("is −1 for opposite choices, 1 for equal choices, and null without data", () => {
    const opposite = [["a", "b"], ["b", "a"]] as const; // prettier-ignore
    assert.equal(kappaOfChoices(opposite), -1);
    assert.equal(kappaOfChoices([["a", "a"], ["b", "b"]]), 1); // prettier-ignore
    assert.equal(kappaOfChoices([]), null);
    assert.deepEqual(annotatorAgreement([new Map([["p", "a"]])]).alpha, null);
  });
});
