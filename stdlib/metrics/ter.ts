import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { splitWords } from "./shared/n-grams.js";
import { rowSumsOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";
import { sacrebleuSignatureNote } from "./shared/signature.js";
import { editCountWithShifts } from "./shared/shifts.js";

export const word = defineWord({
  kind: "metric",
  name: "ter",
  doc: "Translation edit rate as computed by sacrebleu: number of words to insert, delete, replace, or move with their neighbours to turn the generated text into the target, per 100 words of the targets; 0 is perfect, and it can exceed 100. Case is ignored.",
  example: "metrics: [bleu, chrf, ter]",
  elsewhere: { translation_edit_rate: "ter" },
  capabilities: { better: "less", outcomes: ["written"] },
  parameters: [],
  load: () => Promise.resolve(ter),
});

/** TER (Snover et al., 2006) over a corpus, with the settings in its signature. */
const ter: MetricImplementation = {
  ...writtenSumsMetric((_call, input) => sumsOf(input)),
  notes: { ofWritten: () => [sacrebleuSignatureNote("nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no")] },
};

/** Returns per row the edits and the target words. */
function sumsOf({ written, targets }: GeneratedTextMetricInput): RowSums {
  return rowSumsOf(
    written.length,
    2,
    (row) => {
      const wanted = splitWords(targets[row]!.toLowerCase());
      return [editCountWithShifts(splitWords(written[row]!.toLowerCase()), wanted), wanted.length];
    },
    (sums) => 100 * (sums[1]! > 0 ? sums[0]! / sums[1]! : Math.min(1, sums[0]!)),
  );
}
