/** What is fitted to the rows of validation after a training (`calibrate`): whether the task decides anything, of how many labels, and of which rows. */
import { fill } from "../plan/defaults.js";
import type { CodeData } from "../../language/diagnostics/codes.js";
import type { Program } from "../plan/program.js";
import { directionOf, noDirection } from "../plan/watched-metric.js";
import { nearest } from "../../language/diagnostics/nearest.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { Decides } from "../../language/types/capabilities/scoring.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { Given } from "../../language/types/given-value.js";
import type { Call } from "../../language/types/value.js";
import type {} from "./calibration-codes.js";
import type {} from "./world-codes.js";

export interface Calibrated {
  readonly task: Call;
  readonly data: string;
  readonly facts: DataFacts;
  /** Whether there are rows of validation; else how the data are divided. */
  readonly validation: boolean;
  readonly divided: Pick<CodeData["needs-validation"], "split" | "rename">;
  readonly here: Span;
}

/** The calls with their defaults, those first by whose probabilities the others go; undefined: something is wrong (reported). */
export function calibrationsOf(program: Program, given: Given | undefined, o: Calibrated): readonly Call[] | undefined {
  if (!given) return [];
  const { registry } = program;
  const at = (path = ""): Span | undefined => given.places.get(`calibrate${path}`) ?? given.span;
  if (!o.validation) {
    program.reportNear("needs-validation", { what: "calibrate", data: o.data, ...o.divided }, at(), o.here);
    return undefined;
  }
  const parameters = registry.find("verb", "train")?.parameters.filter(({ name }) => name === "calibrate") ?? [];
  const { values } = fill(program, parameters, new Map([["calibrate", given]]), "", { here: o.here });
  const calls = (values["calibrate"] ?? []) as readonly Call[];
  const decides = decidesOf(program, o);
  let good = true;
  calls.forEach((call, i) => {
    const place = at(`.${String(i)}`);
    const { of = [], measured: measuredBy } = registry.find("calibration", call.word)?.capabilities ?? {};
    const measured = measuredBy?.(call);
    const twice = calls.findIndex((other) => other.word === call.word) < i;
    if (twice) program.reportNear("calibrated-twice", { word: call.word }, place, o.here);
    else if (!decides.some((one) => of.includes(one)))
      program.reportNear(
        "cannot-calibrate",
        { word: call.word, task: o.task.word, labels: decides.length > 0 ? o.facts.labels.length : null },
        place,
        o.here,
      );
    else if (measured && directionOf(registry, measured) === "none")
      program.reportNear(
        "no-direction",
        noDirection(measured, "calibrate"),
        at(`.${String(i)}.metric`) ?? place,
        o.here,
      );
    else {
      const label = call.arguments["of"];
      if (typeof label !== "string" || o.facts.labels.includes(label)) return;
      const near = nearest(label, o.facts.labels);
      const told = { word: call.word, label, has: o.facts.labels, ...(near !== undefined && { nearest: near }) };
      program.reportNear("calibrated-label", told, at(`.${String(i)}.of`) ?? place, o.here);
    }
    good = false;
  });
  const first = (call: Call): number =>
    registry.find("calibration", call.word)?.capabilities?.probabilities === true ? 0 : 1;
  return good ? calls.toSorted((a, b) => first(a) - first(b)) : undefined;
}

function decidesOf(program: Program, { task, facts }: Calibrated): readonly Decides[] {
  const decides = program.registry.find("task", task.word)?.capabilities?.decides;
  if (decides === undefined) return [];
  return decides === "one" && facts.labels.length === 2 ? ["one", "two"] : [decides];
}
