/** The constant prediction that the task defines; for tagging tasks, the most frequent tag of each word. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { BaselineContext, FittedBaseline } from "../kind.js";
import type { ConstantBaseline } from "../../tasks/kind.js";

export function constantBaseline(given: BaselineContext): FittedBaseline {
  const begun = performance.now();
  const { call, task, labels, train, rows } = given;
  const constant = task.implementation.answers?.constant?.({
    labels,
    call: task.call,
    values: (role) => train?.values(role),
  });
  if (!constant) throw new CodedError("no-answer-for-all", { contender: call.word, task: task.call.word });
  const tags = task.implementation.supervision.rowFormat.labelsWords ? ofWords(given, constant) : null;
  const predict = tags?.predict ?? ((row: number) => constant.predict(rows.predictedRows, row));
  return {
    ask: (rowNumbers) =>
      Promise.resolve({ outputs: Array.from({ length: rows.texts }, () => Array.from(rowNumbers, predict)).flat() }),
    learntIn: (performance.now() - begun) / 1000,
    notes: [tags?.name ?? constant.name],
  };
}

interface OfWords {
  readonly name: string;
  predict(row: number): Float32Array;
}

/** Predicts tags per word. Unseen words get the tag distribution of all words. */
function ofWords({ labels, train, rows }: BaselineContext, constant: ConstantBaseline): OfWords | null {
  const [tokens, tags] = [train?.values("tokens"), train?.values("tags")];
  const predictedTokens = rows.values("tokens");
  if (!tokens || !tags || !predictedTokens) return null;
  const places = new Map(labels.map((label, l) => [label, l]));
  const counts = new Map<string, Float64Array>();
  for (let row = 0; row < tokens.length; row++) {
    const rowTags = tags.at(row) as readonly string[];
    (tokens.at(row) as readonly string[]).forEach((word, i) => {
      const tag = places.get(rowTags[i] ?? "");
      if (tag === undefined) return;
      const known = counts.get(word) ?? new Float64Array(labels.length);
      counts.set(word, known);
      known[tag]!++;
    });
  }
  return {
    name: `each word's commonest tag among the rows that train; of words that they don't have ${constant.name}`,
    predict(row) {
      const all = constant.predict(rows.predictedRows, row);
      const words = predictedTokens.at(row) as readonly string[];
      const starts = mustExist(rows.predictedRows.words, "the words of rows")(row).starts;
      starts.forEach((_, word) => {
        const known = counts.get(words[word] ?? "");
        if (!known) return;
        const sum = known.reduce((a, b) => a + b, 0);
        // Smooths as if the word occurred once more, with the tag distribution of all words.
        for (let tag = 0; tag < labels.length; tag++) {
          const offset = word * labels.length + tag;
          all[offset] = Math.log((known[tag]! + Math.exp(all[offset]!)) / (sum + 1));
        }
      });
      return all;
    },
  };
}
