/**
 * Checks `calibrate`, which is fitted to validation rows after a training: whether the task decides labels, how many,
 * and on which rows.
 */
import { fillDefaults } from "../plan/defaults.js";
import type { CodeData } from "../../language/diagnostics/codes.js";
import type { Program } from "../plan/program.js";
import { metricDirectionOf, noDirectionData } from "../plan/watched-metric.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import type { Span } from "../../language/diagnostics/span.js";
import type { LabelDecision } from "../../language/types/capabilities/scoring.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { GivenValue, Call } from "../../language/types/value.js";
import type {} from "./calibration-codes.js";
import type {} from "./world-codes.js";

export interface CalibrationInput {
  readonly task: Call;
  readonly data: string;
  readonly facts: DataFacts;
  /** Whether there are validation rows; `divided` says how the data are split if there are none. */
  readonly validation: boolean;
  readonly divided: Pick<CodeData["needs-validation"], "split" | "rename">;
  readonly here: Span;
}

/**
 * Returns the calibration calls with defaults; those whose probabilities others use come first. Undefined if there is
 * an error (reported).
 */
export function resolveCalibrationCalls(
  program: Program,
  given: GivenValue | undefined,
  options: CalibrationInput,
): readonly Call[] | undefined {
  if (!given) return [];
  const { registry } = program;
  const placeOf = (path = ""): Span | undefined => given.places.get(`calibrate${path}`) ?? given.span;
  if (!options.validation) {
    program.reportNear(
      "needs-validation",
      { what: "calibrate", data: options.data, ...options.divided },
      placeOf(),
      options.here,
    );
    return undefined;
  }
  const parameters = registry.find("verb", "train")?.parameters.filter(({ name }) => name === "calibrate") ?? [];
  const { values } = fillDefaults(program, parameters, new Map([["calibrate", given]]), "", { here: options.here });
  const calls = (values["calibrate"] ?? []) as readonly Call[];
  const decides = decidesOf(program, options);
  let good = true;
  calls.forEach((call, i) => {
    const place = placeOf(`.${String(i)}`);
    const { decisions = [], metric: measuredBy } = registry.find("calibration", call.word)?.capabilities ?? {};
    const measured = measuredBy?.(call);
    const twice = calls.findIndex((other) => other.word === call.word) < i;
    if (twice) program.reportNear("calibrated-twice", { word: call.word }, place, options.here);
    else if (!decides.some((one) => decisions.includes(one)))
      program.reportNear(
        "cannot-calibrate",
        { word: call.word, task: options.task.word, labels: decides.length > 0 ? options.facts.labels.length : null },
        place,
        options.here,
      );
    else if (measured && metricDirectionOf(registry, measured) === "none")
      program.reportNear(
        "no-direction",
        noDirectionData(measured, "calibrate"),
        placeOf(`.${String(i)}.metric`) ?? place,
        options.here,
      );
    else {
      const label = call.arguments["of"];
      if (typeof label !== "string" || options.facts.labels.includes(label)) return;
      const near = nearestWord(label, options.facts.labels);
      const details = {
        word: call.word,
        label,
        has: options.facts.labels,
        ...(near !== undefined && { nearest: near }),
      };
      program.reportNear("calibrated-label", details, placeOf(`.${String(i)}.of`) ?? place, options.here);
    }
    good = false;
  });
  const first = (call: Call): number =>
    registry.find("calibration", call.word)?.capabilities?.changesProbabilities === true ? 0 : 1;
  return good ? calls.toSorted((a, b) => first(a) - first(b)) : undefined;
}

function decidesOf(program: Program, { task, facts }: CalibrationInput): readonly LabelDecision[] {
  const decides = program.registry.find("task", task.word)?.capabilities?.decides;
  if (decides === undefined) return [];
  return decides === "one" && facts.labels.length === 2 ? ["one", "two"] : [decides];
}
