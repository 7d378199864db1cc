/** Applies a plan's cleaners in order, and counts the dropped rows. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { DataPlan, Call } from "#dsl/language/types/value.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { CleanerImplementation } from "#stdlib/data/contract.js";
import { compareRowNames, rowNameOf } from "../row/row.js";
import type { DataRow } from "./rows.js";
import type { SplitRow } from "./splitting.js";
import { CleanerReport } from "../cleaner-report.js";

/** Maximum rows that are named per reason for dropping: the first in their source. */
const EXAMPLES = 10;

export class DroppedRows {
  private readonly reasons = new Map<string, { count: number; examples: RowIdentifier[] }>();
  add(why: string, row: RowIdentifier): void {
    const reason = this.reasonFor(why);
    reason.count++;
    const { examples } = reason;
    // Rows with a split arrive split by split.
    if (examples.length === EXAMPLES && compareRowNames(examples[EXAMPLES - 1]!, row) <= 0) return;
    examples.push(row);
    examples.sort(compareRowNames).splice(EXAMPLES);
  }
  count(why: string, rows: number): void {
    this.reasonFor(why).count += rows;
  }
  copy(): DroppedRows {
    const copy = new DroppedRows();
    for (const [why, { count, examples }] of this.reasons) copy.reasons.set(why, { count, examples: [...examples] });
    return copy;
  }
  list(): DataFacts["dropped"] {
    return [...this.reasons].map(([why, d]) => ({ why, ...d }));
  }
  private reasonFor(why: string): { count: number; examples: RowIdentifier[] } {
    let reason = this.reasons.get(why);
    if (!reason) this.reasons.set(why, (reason = { count: 0, examples: [] }));
    return reason;
  }
}

/** Returns whether the row trains: it is in the training split, or the data have no splits. */
export const isTrainingRow = ({ split }: SplitRow): boolean => split === "train" || split === "all";

/** Cleans rows and reports what the cleaners did. `clean` returns undefined for a dropped row. */
export interface RowCleaning {
  clean(row: DataRow): DataRow | undefined;
  /** `divided`: all rows with their split. Training rows are repeated or left out to balance labels. */
  balanced(divided: readonly SplitRow[]): readonly SplitRow[];
  found(): Pick<DataFacts, "cleaners">;
  /** Returns an independent copy that continues from the present state and reports to `drops`. */
  copy(drops: DroppedRows): RowCleaning;
}

export async function rowCleaningOf(
  plan: DataPlan,
  registry: Registry,
  drops: DroppedRows,
  options: { readonly streamed: boolean } = { streamed: false },
): Promise<RowCleaning> {
  const loaded = await Promise.all(
    plan.clean.map(async (call) => await implementationOf(registry, "cleaner", call.word)),
  );
  const late = loaded.findIndex((cleaner) => cleaner.copies);
  if (options.streamed && late >= 0)
    throw new CodedError("cannot-stream", {
      what: `\`${plan.clean[late]!.word}\``,
      why: "how many rows each label has is known at their end; `class_weight: balanced` of the task needs no repeated rows",
    });
  // Texts are shown only after the last cleaner that hides something.
  const hidden = loaded.findLastIndex((cleaner) => cleaner.hides);
  const steps = loaded.map((cleaner, i) => ({
    cleaner,
    call: plan.clean[i]!,
    step: cleaner.start(plan.clean[i]!, { streamed: options.streamed, seed: plan.seed, columns: plan.columns }),
    touched: new CleanerReport(plan.clean[i]!.word, i > hidden),
  }));
  return cleaningBy(steps, plan.seed, drops);
}

interface Step {
  readonly cleaner: CleanerImplementation;
  readonly call: Call;
  readonly step: ReturnType<CleanerImplementation["start"]>;
  readonly touched: CleanerReport;
}

function cleaningBy(steps: readonly Step[], seed: number, drops: DroppedRows): RowCleaning {
  const clean = (row: DataRow): DataRow | undefined => {
    let { values } = row;
    for (const { step, touched } of steps) {
      const result = step({ row: row.row, values });
      if ("dropped" in result) {
        drops.add(result.dropped, rowNameOf(row));
        touched.dropped({ ...row, values }, result.dropped);
        return undefined;
      }
      for (const note of [result.noted ?? []].flat()) touched.noted(note);
      if (result.values !== values) touched.changed({ ...row, values }, result.values);
      values = result.values;
    }
    return values === row.values ? row : { ...row, values };
  };
  const balanced = (divided: readonly SplitRow[]): readonly SplitRow[] =>
    steps.reduce((rows, { cleaner, call, touched }) => {
      if (!cleaner.copies) return rows;
      const trains = rows.filter(isTrainingRow);
      const labels = trains.map(({ row }) => String(row.values["label"] as string | number));
      const copies = cleaner.copies(call, labels, seed);
      let index = 0;
      return rows.flatMap((one) => {
        if (!isTrainingRow(one)) return one;
        const times = copies[index++]!;
        if (times > 1) for (let i = 1; i < times; i++) touched.noted("repeated");
        if (times > 0) return new Array<SplitRow>(times).fill(one);
        drops.add("dropped to balance the labels", rowNameOf(one.row));
        touched.dropped(one.row, "of a more frequent label");
        return [];
      });
    }, divided);
  return {
    clean,
    balanced,
    copy: (own) =>
      cleaningBy(
        steps.map((step) => ({ ...step, touched: step.touched.copy() })),
        seed,
        own,
      ),
    found: () => (steps.length > 0 ? { cleaners: steps.map(({ touched }) => touched.found()) } : {}),
  };
}
