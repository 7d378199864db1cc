/** Constant baselines of a table's models: one column for each group of models with different values. */
import { fixedDecimalsText } from "../../display/score-cell.js";

interface ConstantScore {
  readonly value: number | null;
  /** The prediction, if it differs from the constant's default. */
  readonly by: string | null;
}
export interface ConstantBaselineOfModel {
  readonly model: string;
  readonly name: string;
  /** Whether it was derived from the training rows; otherwise from the scored rows. */
  readonly learnt: boolean;
  /** One score per metric of the table. */
  readonly scores: readonly ConstantScore[];
}
export interface DistinctConstantBaseline {
  readonly name: string;
  /** Rows that it was derived from, e.g. `the training rows`. */
  readonly by: string;
  readonly scores: readonly ConstantScore[];
}

export function groupEqualConstantBaselines(
  all: readonly ConstantBaselineOfModel[],
): readonly DistinctConstantBaseline[] {
  const groups = new Map<string, ConstantBaselineOfModel[]>();
  for (const one of all) {
    const scoreTexts = one.scores.map(
      ({ value, by }) => `${value === null ? "" : fixedDecimalsText(value)} ${by ?? ""}`,
    );
    const key = [one.name, ...scoreTexts].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const models = (constants: readonly ConstantBaselineOfModel[]): string =>
    constants.map(({ model }) => model).join(", ");
  return [...groups.values()].map((group) => {
    const { name, scores } = group[0]!;
    const twice = [...groups.values()].filter((others) => others[0]!.name === name).length > 1;
    const [learnt, other] = [group.filter((one) => one.learnt), group.filter((one) => !one.learnt)];
    const by =
      other.length === 0
        ? "the training rows"
        : learnt.length === 0
          ? "these rows"
          : `the training rows (${models(learnt)}) and by these rows (${models(other)})`;
    return { name: twice ? `${name} (${models(group)})` : name, by, scores };
  });
}
