/** A linear model over the embeddings of a frozen base. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { BaseEmbedder, BaselineContext, BaselineRows, FittedBaseline } from "../kind.js";
import { denseToSparseRows, MAX_TRAINING_ROWS, chooseFeatureScale, fitStandardization } from "./dense-features.js";
import { sampleRows, roleValuesLookupForRows } from "./training-rows.js";
import { defaultLinearModelSetting } from "./chosen-setting.js";
import { fitLinearModel } from "./linear-model.js";

export async function fitProbeBaseline(given: BaselineContext): Promise<FittedBaseline> {
  const begun = performance.now();
  const { train, rows, task, host } = given;
  if (!train || train.count === 0)
    throw new CodedError("no-answer-for-all", { contender: "baseline(probe)", task: task.call.word });
  const base = await host.vectors();
  const picked = sampleRows(train, MAX_TRAINING_ROWS);
  const features = await featuresOf(base, train, picked.rows);
  const { standard } = fitStandardization(features);
  const truth = roleValuesLookupForRows(train, picked.rows);
  const setting = defaultLinearModelSetting(task.call, truth);
  const learning = { ...given, setting };
  const scale = await chooseFeatureScale(learning, features.map(standard), truth);
  const model = await fitLinearModel(learning, denseToSparseRows(features.map(standard), scale), truth);
  const width = mustExist(features[0], "a row").length.toLocaleString("en-US");
  return {
    learntIn: (performance.now() - begun) / 1000,
    bytes: base.bytes + model.bytes,
    notes: [`${model.what} over ${width} numbers of each row from the frozen ${base.name}${picked.description}`],
    async ask(rowNumbers) {
      const read = denseToSparseRows((await featuresOf(base, rows, rowNumbers)).map(standard), scale);
      return { outputs: Array.from(rowNumbers, (_, i) => model.predict(read, i)) };
    },
  };
}

/**
 * Builds the features of a row. For two texts these are both vectors, their absolute differences and their products.
 */
async function featuresOf(
  base: BaseEmbedder,
  rows: BaselineRows,
  which: ArrayLike<number>,
): Promise<readonly Float64Array[]> {
  const texts = (role: string): string[] | null => {
    const column = rows.values(role);
    return column ? Array.from(which, (row) => String(column.at(row) ?? "")) : null;
  };
  const [first, second] = [texts("text") ?? [], texts("text_pair")];
  const read = await base.read(second ? [...first, ...second] : first);
  return first.map((_, i) => {
    const vector = mustExist(read[i], "a vector");
    const other = second ? mustExist(read[first.length + i], "a vector") : null;
    if (!other) return Float64Array.from(vector);
    const [apart, common] = [vector.map((x, j) => Math.abs(x - other[j]!)), vector.map((x, j) => x * other[j]!)];
    return Float64Array.from([...vector, ...other, ...apart, ...common]);
  });
}
