/** Computes how many copies of each training row to keep, so that the labels are balanced. */
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Call } from "#dsl/language/types/value.js";
import type { CleanerImplementation } from "../data/contract.js";
import { seededRandom, shuffle } from "../statistics/chance.js";
import { word } from "./balance.js";

export const balance: CleanerImplementation = {
  start:
    () =>
    ({ values }) => ({ values }),
  copies(call, labels, seed) {
    const members = new Map<string, number[]>();
    labels.forEach((label, row) => {
      const labelRows = members.get(label);
      if (labelRows) labelRows.push(row);
      else members.set(label, [row]);
    });
    const counts = [...members.values()].map((labelRows) => labelRows.length);
    const copies = new Int32Array(labels.length).fill(1);
    const generator = seededRandom(seed, 7);
    for (const labelRows of members.values()) {
      const wanted = wantedOf(labelRows.length, counts, call);
      const drawn = shuffle(labelRows, generator);
      drawn.forEach((row, i) => {
        copies[row] = Math.floor(wanted / labelRows.length) + (i < wanted % labelRows.length ? 1 : 0);
      });
    }
    return copies;
  },
};

/** Returns the wanted number of rows for a label with `count` rows; `counts` has the number of rows of every label. */
function wantedOf(count: number, counts: readonly number[], call: Call): number {
  const { by, ratio } = argumentsWithDefaults(word, call);
  if (by === "over") return Math.max(count, Math.round(Math.max(...counts) * ratio.share));
  return Math.min(count, Math.round(Math.min(...counts) / ratio.share));
}
