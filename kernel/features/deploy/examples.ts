/**
 * Example rows that are included in a deployment for users to try: rows that the model was not trained on, without
 * personal data, and of different labels if rows have them.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { findPersonalData } from "#stdlib/personal-data/find.js";
import { roleValuesOf } from "../../runs/split-rows.js";
import { splitNamesOf, type PreparedData } from "../../data/prepared.js";
import type { OpenedRun } from "../../models/opened-run.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

/** Maximum inspected rows, and maximum characters of an example text. */
const LOOKED = 400;
const LONGEST = 240;
const SHORTEST = 3;
/** Maximum characters of the second text of a pair: a context is longer than its question. */
const LONGEST_SECOND = 1200;

type Example = Awaited<ReturnType<ModelToDeploy["examples"]>>[number];

export async function examplesForDeployment(
  session: OpenSession,
  { weights }: OpenedRun,
  most: number,
  context: ExecutionContext,
): Promise<readonly Example[]> {
  const { data, model, training } = weights.plan.recipe;
  // A private model reveals a bounded amount about a row; publishing the row itself would reveal all of it.
  if (most === 0 || training.privacy) return [];
  try {
    const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
    const names = splitNamesOf(prepared);
    const split = ["test", "validation"].find((name) => names.includes(name));
    return split === undefined ? [] : pickExamples(rowsIn(prepared, split), most);
  } catch (error) {
    // If the data are gone, there are no examples; the model is deployed anyway.
    if (error instanceof CodedError) return [];
    throw error;
  }
}

interface Row {
  readonly example: Example;
  readonly label: string;
}

function rowsIn(prepared: PreparedData, split: string): readonly Row[] {
  const first = (role: string): readonly unknown[] | null => {
    const column = roleValuesOf({ prepared, split }, role);
    return column ? Array.from({ length: Math.min(LOOKED, column.length) }, (_, row) => column.at(row)) : null;
  };
  const [texts, pairs, words] = [
    first("text") ?? first("question"),
    first("text_pair") ?? first("context"),
    first("tokens"),
  ];
  const labels = first("label") ?? first("labels");
  const exampleTexts = texts?.map(String) ?? words?.map((row) => (row as readonly string[]).join(" ")) ?? [];
  return exampleTexts.map((text, row) => ({
    example: pairs ? ([text, String(pairs[row])] as const) : text,
    label: String(labels?.[row] ?? ""),
  }));
}

/** Picks one row of each label before a second of any. */
export function pickExamples(rows: readonly Row[], most: number): readonly Example[] {
  const fit = rows.filter(({ example }) => isShown(example));
  const taken: Row[] = [];
  const times = new Map<string, number>();
  for (let round = 0; taken.length < most && taken.length < fit.length; round++)
    for (const row of fit) {
      if (taken.length === most) break;
      if ((times.get(row.label) ?? 0) > round || taken.includes(row)) continue;
      times.set(row.label, round + 1);
      taken.push(row);
    }
  return taken.map(({ example }) => example);
}

function isShown(example: Example): boolean {
  return [example].flat().every((text, i) => {
    const length = text.trim().length;
    return length >= SHORTEST && length <= (i === 0 ? LONGEST : LONGEST_SECOND) && findPersonalData(text).length === 0;
  });
}
