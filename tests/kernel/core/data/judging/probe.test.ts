/** A probe judges each row by the others, exactly as if it were made anew without it; what it finds are the labels that were turned. */
import assert from "node:assert/strict";
import { confidentJoint, labelIssues, surestIssues } from "#kernel/core/data/judging/confident.js";
import { judged, neighbourly } from "#kernel/core/data/judging/neighbours.js";
import { probed } from "#kernel/core/data/judging/probe.js";

let state = 1;
const uniform = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
/** Rows around a centre for each label. */
function rowsOf(counts: readonly number[], width: number, apart: number) {
  const centres = counts.map(() => Array.from({ length: width }, () => apart * normal()));
  const labels = Int32Array.from(counts.flatMap((n, label) => new Array<number>(n).fill(label)));
  const vectors = Array.from(labels, (label) => Float32Array.from(centres[label]!, (x) => x + normal()));
  return { vectors, labels };
}

describe("a probe of labels", () => {
  it("doesn't see the row that it judges", () => {
    const { vectors, labels } = rowsOf([12, 12], 4, 1);
    const { chances } = probed(vectors, labels, 2);
    // A row whose label says the opposite is judged alike: only the others tell.
    const turned = labels.slice();
    turned[5] = 1;
    const other = probed(vectors, turned, 2).chances;
    assert.ok(Math.abs(chances[10]! - other[10]!) < 0.12, `${String(chances[10])} and ${String(other[10])}`);
    for (let row = 0; row < labels.length; row++)
      assert.ok(Math.abs(chances[2 * row]! + chances[2 * row + 1]! - 1) < 1e-5);
  });
  it("knows nothing of labels that follow from nothing", () => {
    const { vectors } = rowsOf([200], 16, 1);
    const labels = Int32Array.from(vectors, () => (uniform() < 0.5 ? 0 : 1));
    const { accuracy } = probed(vectors, labels, 2);
    assert.ok(accuracy > 0.35 && accuracy < 0.65, String(accuracy));
  });
  it("takes more numbers than rows, and numbers that never change", () => {
    const { vectors, labels } = rowsOf([8, 8], 40, 2);
    for (const vector of vectors) vector[3] = 1;
    assert.ok(probed(vectors, labels, 2).accuracy > 0.9);
  });
  it("finds labels that were turned, and few others", () => {
    const { vectors, labels } = rowsOf([300, 200, 100], 12, 1.2);
    const given = labels.slice();
    const turned = new Set<number>();
    for (let row = 0; row < given.length; row++)
      if (uniform() < 0.05) {
        given[row] = (given[row]! + 1 + Math.floor(2 * uniform())) % 3;
        turned.add(row);
      }
    const { chances } = probed(vectors, given, 3);
    const found = surestIssues(chances, given, 3);
    const right = found.filter(({ row, likely }) => turned.has(row) && likely === labels[row]).length;
    assert.ok(right >= 0.7 * found.length, `${String(right)} of ${String(found.length)} found`);
    assert.ok(right >= 0.6 * turned.size, `${String(right)} of ${String(turned.size)} turned`);
    for (let i = 1; i < found.length; i++) assert.ok(found[i]!.chance >= found[i - 1]!.chance);
  });
});

describe("neighbours of a row", () => {
  it("tell its label without it, as shares", () => {
    const { vectors, labels } = rowsOf([40, 60], 8, 3);
    labels[5] = 1;
    const chances = neighbourly(vectors, labels, 2);
    for (let row = 0; row < labels.length; row++)
      assert.ok(Math.abs(chances[2 * row]! + chances[2 * row + 1]! - 1) < 1e-5);
    assert.ok(chances[11]! < 0.01, `its own label of the turned row: ${String(chances[11])}`);
    assert.ok(chances[0]! > 0.85 && chances[199]! > 0.85);
  });
  it("and the probe speak half each", () => {
    const { vectors, labels } = rowsOf([20, 20], 4, 1);
    const [probe, near, both] = [probed, neighbourly, judged].map((by) => by(vectors, labels, 2));
    const chances = [probe, near, both].map((said) => (said instanceof Float32Array ? said : said!.chances));
    chances[2]!.forEach((chance, i) => assert.ok(Math.abs(chance - (chances[0]![i]! + chances[1]![i]!) / 2) < 1e-6));
  });
});

describe("confident learning", () => {
  it("counts what belongs to another label so that each label keeps its rows", () => {
    // Two labels of four rows; one row of the first is surely the second.
    const chances = Float32Array.of(0.9, 0.1, 0.9, 0.1, 0.8, 0.2, 0.1, 0.9, 0.1, 0.9, 0.2, 0.8, 0.1, 0.9, 0.1, 0.9);
    const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    const joint = confidentJoint(chances, labels, 2);
    assert.ok(Math.abs(joint[0]! + joint[1]! - 4) < 1e-9 && Math.abs(joint[2]! + joint[3]! - 4) < 1e-9);
    assert.deepEqual(
      labelIssues(chances, labels, 2).map(({ row, given, likely }) => [row, given, likely]),
      [[3, 0, 1]],
    );
  });
  it("believes a judge less that is unsure itself", () => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1));
    const said = (sure: number): Float32Array =>
      Float32Array.from({ length: 200 }, (_, i) =>
        ((i >> 1) % 10 === 0 ? 1 - labels[i >> 1]! : labels[i >> 1]!) === i % 2 ? sure : 1 - sure,
      );
    assert.equal(surestIssues(said(0.999), labels, 2).length, 10);
    assert.equal(surestIssues(said(0.6), labels, 2).length, 4);
  });
  it("finds nothing where all is as it is said", () => {
    const labels = Int32Array.of(0, 1, 0, 1);
    assert.deepEqual(labelIssues(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1), labels, 2), []);
    assert.deepEqual(surestIssues(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1), labels, 2), []);
  });
});
