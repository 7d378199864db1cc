/** Warnings of a score that is asked for: what its metric hides on these labels, and how exactly so few rows can tell it. */
import type { DataFacts } from "../../language/types/facts.js";
import type { Call } from "../../language/types/value.js";
import { lookedFor } from "../../language/types/allow.js";
import type { Draft, Program } from "../plan/program.js";
import type { Given } from "../../language/types/given-value.js";
import type { Span } from "../../language/diagnostics/span.js";
import type {} from "./data-codes.js";

/** Share of one label from which on a score of that label alone looks good. */
const MOSTLY = 0.75;
/** Half-width of a 95% interval around 90%, in points, from which on a test tells little. */
const WIDE = 6;

/** A share that was counted on `rows` rows is known to so many points, at 95%. */
export function halfWidth(rows: number, share = 0.9): number {
  return 100 * 1.96 * Math.sqrt((share * (1 - share)) / rows);
}

export function checkScores(
  program: Program,
  o: {
    readonly data: Draft;
    readonly facts: DataFacts;
    readonly split: string | null;
    readonly metrics: readonly Call[];
    readonly written: Given | undefined;
    readonly at: Span;
    readonly here: Span;
  },
): void {
  const of = o.facts.splits[o.split ?? "all"];
  const name = o.split === null ? o.data.name : `${o.data.name}.${o.split}`;
  const before = program.allowing;
  program.allowing = [...before, ...o.data.allowances];
  const [only, ...others] = o.metrics;
  const hides = only && program.registry.find("metric", only.word)?.capabilities?.hidesRare;
  if (of && of.rows > 0 && only && hides !== undefined) {
    const labels = of.labels.toSorted((a, b) => b.count - a.count);
    const [most] = labels;
    const share = (most?.count ?? 0) / of.rows;
    const { written } = o;
    if (others.length === 0 && most && share >= MOSTLY && share < 1) {
      const place = written?.places.get("metrics.0") ?? written?.span;
      const end = place?.source === program.source.id ? place.end : undefined;
      const listed = end !== undefined && program.source.text[written?.span.start ?? 0] === "[";
      program.reportNear(
        "accuracy-alone",
        { label: most.label, share, split: name, metric: only.word, also: hides },
        place,
        o.here,
        place && end !== undefined
          ? {
              fix: {
                title: `measure \`${hides}\` too`,
                certain: true,
                edits: listed
                  ? [{ start: end, end, text: `, ${hides}` }]
                  : [
                      { start: place.start, end: place.start, text: "[" },
                      { start: end, end, text: `, ${hides}]` },
                    ],
              },
            }
          : {},
      );
    }
    if (halfWidth(of.rows) > WIDE)
      program.report("small-test", { rows: of.rows, split: name, points: halfWidth(of.rows) }, o.at);
  }
  if (of) lookedFor(program.allowing, "evaluate");
  program.allowing = before;
}
