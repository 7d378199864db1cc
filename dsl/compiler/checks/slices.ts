/** What parts the rows of an evaluation: columns are looked for in the sources; a role's name stands for its column too. */
import type { Program } from "../plan/program.js";
import type { Span } from "../../language/diagnostics/span.js";
import { listed } from "../../language/diagnostics/listed.js";
import { nearest } from "../../language/diagnostics/nearest.js";
import { replace, type More } from "../../language/diagnostics/reporter.js";
import { failed, type TableFacts } from "../../language/types/facts.js";
import type { DataPlan } from "../../language/types/subject.js";
import type { Call, Value } from "../../language/types/value.js";
import { fileOf } from "./world.js";
import type {} from "./world-codes.js";

export type SlicedBy = readonly (string | Call)[];

/** @returns undefined where a column is not there (each is reported once), or not known yet */
export function slicedBy(
  program: Program,
  by: Value | undefined,
  subjects: readonly { readonly data: DataPlan; readonly split: string | null }[],
  { place, here }: { place(path: string): Span | undefined; readonly here: Span },
): SlicedBy | undefined {
  const asked = (Array.isArray(by) ? by : []) as SlicedBy;
  const columns = asked.map((one) => (typeof one === "string" ? one : null));
  if (columns.every((column) => column === null)) return asked;
  const sources = subjects.flatMap((one) => sourcesOf(one).map((source) => ({ ...source, data: one.data })));
  let good = true;
  const found = asked.map((one, i) => {
    if (typeof one !== "string") return one;
    let [own, told] = [one, false];
    for (const { call, data } of sources) {
      const header = program.ask({ about: "table", source: call, folder: data.folder });
      if (header === undefined || failed(header)) good = false;
      else if (!header.columns.includes(one)) {
        const column = Object.hasOwn(data.columns, one) ? data.columns[one] : undefined;
        if (column !== undefined) own = column;
        else if (!told) {
          missing(program, one, { ...header, file: fileOf(call) }, place(`by.${String(i)}`) ?? place("by"), here);
          good = false;
          told = true;
        }
      }
    }
    return own;
  });
  return good ? found : undefined;
}

/** The sources that a split's rows come from. */
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
  const near = word ? `${column}()` : nearest(column, columns);
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
): More {
  if (near === undefined) return {};
  if (word)
    return { label: "a bare name is a column, parentheses a word", ...(place && { fix: replace(place, near) }) };
  const written = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(near) ? near : JSON.stringify(near);
  return { label: `the file has: ${listed(columns)}`, ...(place && { fix: replace(place, written) }) };
}
