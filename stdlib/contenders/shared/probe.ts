/** A linear model over the vectors that a frozen base makes of texts. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { BaseVectors, ContenderGiven, ContenderRows, ReadyContender } from "../kind.js";
import { denseRows, MOST, scaleFor, standardOf } from "./dense-features.js";
import { pickedOf, valuesAt } from "./training-rows.js";
import { usualSetting } from "./chosen-setting.js";
import { modelOf } from "./linear-model.js";

export async function probe(given: ContenderGiven): Promise<ReadyContender> {
  const begun = performance.now();
  const { train, rows, task, host } = given;
  if (!train || train.count === 0)
    throw new CodedError("no-answer-for-all", { contender: "baseline(probe)", task: task.call.word });
  const base = await host.vectors();
  const picked = pickedOf(train, MOST);
  const features = await featuresOf(base, train, picked.rows);
  const { standard } = standardOf(features);
  const truth = valuesAt(train, picked.rows);
  const setting = usualSetting(task.call, truth);
  const learning = { ...given, setting };
  const scale = await scaleFor(learning, features.map(standard), truth);
  const model = await modelOf(learning, denseRows(features.map(standard), scale), truth);
  const width = must(features[0], "a row").length.toLocaleString("en-US");
  return {
    learntIn: (performance.now() - begun) / 1000,
    bytes: base.bytes + model.bytes,
    notes: [`${model.what} over ${width} numbers of each row from the frozen ${base.name}${picked.of}`],
    async ask(asked) {
      const read = denseRows((await featuresOf(base, rows, asked)).map(standard), scale);
      return { said: Array.from(asked, (_, i) => model.said(read, i)) };
    },
  };
}

/** Of two texts: both, how far apart they are, and what they have in common. */
async function featuresOf(
  base: BaseVectors,
  rows: ContenderRows,
  which: ArrayLike<number>,
): Promise<readonly Float64Array[]> {
  const texts = (role: string): string[] | null => {
    const column = rows.values(role);
    return column ? Array.from(which, (row) => String(column.at(row) ?? "")) : null;
  };
  const [first, second] = [texts("text") ?? [], texts("text_pair")];
  const read = await base.read(second ? [...first, ...second] : first);
  return first.map((_, i) => {
    const own = must(read[i], "a vector");
    const other = second ? must(read[first.length + i], "a vector") : null;
    if (!other) return Float64Array.from(own);
    const [apart, common] = [own.map((x, j) => Math.abs(x - other[j]!)), own.map((x, j) => x * other[j]!)];
    return Float64Array.from([...own, ...other, ...apart, ...common]);
  });
}
