/** Checks the slices of an evaluation: columns are looked up in the sources; a role's name stands for its column. */
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { listNames } from "../../language/diagnostics/lists.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import { replacementFix, type DiagnosticDetails } from "../../language/diagnostics/reporter.js";
import { isFailedFact, type TableFacts } from "../../language/types/facts.js";
import type { DataPlan, Call, Value } from "../../language/types/value.js";
import { sourceFileName } from "./source-calls.js";
import type {} from "./world-codes.js";

export type SliceKeys = readonly (string | Call)[];

/** @returns undefined if a column is missing (each reported once) or not yet known */
export function sliceKeysOf(
  program: Program,
  by: Value | undefined,
  subjects: readonly { readonly data: DataPlan; readonly split: string | null }[],
  { place, here }: { place(path: string): Span | undefined; readonly here: Span },
): SliceKeys | undefined {
  const sliceKeys = (Array.isArray(by) ? by : []) as SliceKeys;
  const columns = sliceKeys.map((one) => (typeof one === "string" ? one : null));
  if (columns.every((column) => column === null)) return sliceKeys;
  const sources = subjects.flatMap((one) => sourcesOf(one).map((source) => ({ ...source, data: one.data })));
  let good = true;
  const found = sliceKeys.map((one, i) => {
    if (typeof one !== "string") return one;
    let [key, reported] = [one, false];
    for (const { call, data } of sources) {
      const header = program.ask({ about: "table", source: call, folder: data.folder });
      if (header === undefined || isFailedFact(header)) good = false;
      else if (!header.columns.includes(one)) {
        const column = Object.hasOwn(data.columns, one) ? data.columns[one] : undefined;
        if (column !== undefined) key = column;
        else if (!reported) {
          missing(
            program,
            one,
            { ...header, file: sourceFileName(call) },
            place(`by.${String(i)}`) ?? place("by"),
            here,
          );
          good = false;
          reported = true;
        }
      }
    }
    return key;
  });
  return good ? found : undefined;
}

/** Returns the sources of a split's rows. */
function sourcesOf({ data, split }: { readonly data: DataPlan; readonly split: string | null }): {
  readonly call: Call;
}[] {
  if ("word" in data.source) return [{ call: data.source as Call }];
  return Object.entries(data.source)
    .filter(([name]) => split === null || data.split !== null || name === split)
    .map(([, call]) => ({ call }));
}

function missing(
  program: Program,
  column: string,
  { columns, file }: TableFacts & { readonly file: string },
  place: Span | undefined,
  here: Span,
): void {
  const word = program.registry.find("slicing", column);
  const near = word ? `${column}()` : nearestWord(column, columns);
  program.reportNear(
    "unknown-column",
    { column, file, has: columns, ...(near !== undefined && { nearest: near }) },
    place,
    here,
    more({ near, word: word !== undefined, columns }, place),
  );
}

function more(
  { near, word, columns }: { near: string | undefined; word: boolean; columns: readonly string[] },
  place: Span | undefined,
): DiagnosticDetails {
  if (near === undefined) return {};
  if (word)
    return { label: "a bare name is a column, parentheses a word", ...(place && { fix: replacementFix(place, near) }) };
  const written = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(near) ? near : JSON.stringify(near);
  return { label: `the file has: ${listNames(columns)}`, ...(place && { fix: replacementFix(place, written) }) };
}
