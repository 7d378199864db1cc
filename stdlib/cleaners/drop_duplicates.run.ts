import type { Value } from "#dsl/language/types/value.js";
import type { CleanerImplementation } from "../data/contract.js";
import { TextHashMap } from "../text/fingerprints.js";
import { rowTextKey } from "./shared/normal-form.js";
import { NearDuplicateFinder } from "../text/near-duplicates/known-texts.js";
import { lettersForComparison } from "../text/near-duplicates/shingles.js";

export const dropDuplicates: CleanerImplementation = {
  start(call, options) {
    const streamed = options?.streamed === true;
    const equal = streamed ? byFingerprint() : byText();
    const similarity = similarityOf(call.arguments["similarity"]);
    return similarity < 1 ? orAlike(equal, similarity, streamed) : equal;
  },
};

/** Returns the similarity from which rows are duplicates; 1 means equal texts only. */
function similarityOf(given: Value | undefined): number {
  if (typeof given === "number") return given;
  return typeof given === "object" && given !== null && "share" in given ? Number(given.share) : 1;
}

type Step = ReturnType<CleanerImplementation["start"]>;

/** Drops, in addition to rows equal to an earlier one, those that nearly equal one. */
function orAlike(equal: Step, similarity: number, streamed: boolean): Step {
  const known = new NearDuplicateFinder(similarity, { keepsTexts: !streamed });
  const labels: unknown[] = [];
  return (row) => {
    const result = equal(row);
    if ("dropped" in result) return result;
    const { label } = row.values;
    const before = known.meet(lettersForComparison(rowTextKey(row.values)));
    if (before === undefined) {
      labels.push(label);
      return result;
    }
    return { dropped: labels[before] === label ? "near duplicate" : "near duplicate under another label" };
  };
}

function byText(): Step {
  const labels = new Map<string, unknown>();
  return (row) => {
    const key = rowTextKey(row.values);
    const label = row.values["label"];
    if (!labels.has(key)) {
      labels.set(key, label);
      return { values: row.values };
    }
    return { dropped: labels.get(key) === label ? "duplicate" : "duplicate under another label" };
  };
}

/** Detects duplicates from 64 bits per text and one number per label. */
function byFingerprint(): Step {
  const texts = new TextHashMap();
  const labels = new Map<unknown, number>();
  return (row) => {
    const label = row.values["label"];
    const number = labels.get(label) ?? labels.size;
    labels.set(label, number);
    const before = texts.meet(rowTextKey(row.values), number);
    if (before === undefined) return { values: row.values };
    return { dropped: before === number ? "duplicate" : "duplicate under another label" };
  };
}
