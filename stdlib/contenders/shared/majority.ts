/** The answer that never changes, which the task knows; of words that are tagged the tag that each has most often. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { ContenderGiven, ReadyContender } from "../kind.js";
import type { Constant } from "../../tasks/kind.js";

export function majority(given: ContenderGiven): ReadyContender {
  const begun = performance.now();
  const { call, task, labels, train, rows } = given;
  const constant = task.implementation.answers?.constant?.({
    labels,
    call: task.call,
    values: (role) => train?.values(role),
  });
  if (!constant) throw new CodedError("no-answer-for-all", { contender: call.word, task: task.call.word });
  const tags = task.implementation.supervision.rowFormat.labelsWords ? ofWords(given, constant) : null;
  const said = tags?.said ?? ((row: number) => constant.said(rows.asked, row));
  return {
    ask: (asked) => Promise.resolve({ said: Array.from({ length: rows.texts }, () => Array.from(asked, said)).flat() }),
    learntIn: (performance.now() - begun) / 1000,
    notes: [tags?.name ?? constant.name],
  };
}

interface OfWords {
  readonly name: string;
  said(row: number): Float32Array;
}

/** Of words that were not seen, as of all words. */
function ofWords({ labels, train, rows }: ContenderGiven, constant: Constant): OfWords | null {
  const [tokens, tags] = [train?.values("tokens"), train?.values("tags")];
  const asked = rows.values("tokens");
  if (!tokens || !tags || !asked) return null;
  const places = new Map(labels.map((label, l) => [label, l]));
  const counts = new Map<string, Float64Array>();
  for (let row = 0; row < tokens.length; row++) {
    const own = tags.at(row) as readonly string[];
    (tokens.at(row) as readonly string[]).forEach((word, i) => {
      const tag = places.get(own[i] ?? "");
      if (tag === undefined) return;
      const known = counts.get(word) ?? new Float64Array(labels.length);
      counts.set(word, known);
      known[tag]!++;
    });
  }
  return {
    name: `each word's commonest tag among the rows that train; of words that they don't have ${constant.name}`,
    said(row) {
      const all = constant.said(rows.asked, row);
      const words = asked.at(row) as readonly string[];
      const starts = must(rows.asked.words, "the words of rows")(row).starts;
      starts.forEach((_, word) => {
        const known = counts.get(words[word] ?? "");
        if (!known) return;
        const sum = known.reduce((a, b) => a + b, 0);
        // As if the word had been seen once more, with the tags of all words.
        for (let tag = 0; tag < labels.length; tag++) {
          const at = word * labels.length + tag;
          all[at] = Math.log((known[tag]! + Math.exp(all[at]!)) / (sum + 1));
        }
      });
      return all;
    },
  };
}
