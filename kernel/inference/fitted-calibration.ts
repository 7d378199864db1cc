/** What a model says, by what was fitted to validation once it was trained: its logits cooled, its labels by their thresholds. */
import type { Fitted } from "#stdlib/calibrations/kind.js";
import type { AskedRows } from "#stdlib/tasks/kind.js";
import { cooled } from "#stdlib/calibrations/shared/thresholds.js";
import { decided } from "#stdlib/tasks/shared/label-scores.js";
import { argmax } from "#stdlib/statistics/argmax.js";
import { softmaxInto } from "#stdlib/statistics/probabilities.js";

/** Both as they are where nothing was fitted. */
export function asFitted(
  said: readonly Float32Array[],
  asked: AskedRows,
  fitted: Fitted | null | undefined,
): { readonly said: readonly Float32Array[]; readonly asked: AskedRows } {
  if (!fitted) return { said, asked };
  const { temperature, thresholds } = fitted;
  return {
    said: said.map((logits) => cooled(logits, temperature)),
    asked: thresholds ? Object.create(asked, { thresholds: { value: thresholds, enumerable: true } }) : asked,
  };
}

/** Of one row the place of the label that is answered, where one of several is (`one`); else the likeliest. */
export function answerOf(
  logits: Float32Array,
  {
    labels,
    fitted,
    one,
  }: { readonly labels: readonly string[]; readonly fitted?: Fitted | null; readonly one: boolean },
): number {
  const own = cooled(logits, fitted?.temperature);
  if (!one || !fitted?.thresholds) return argmax(own);
  const shares = new Float32Array(own.length);
  softmaxInto(own, shares);
  return decided({ labels, thresholds: fitted.thresholds }, own, shares);
}

/** Without what it was fitted to. */
export function fittedOf({ temperature, thresholds }: Fitted): Fitted {
  return { ...(temperature !== undefined && { temperature }), ...(thresholds && { thresholds }) };
}

/** In words: `temperature 1.42, thresholds billing 0.31, tech 0.5`. */
export function toldFitted({ temperature, thresholds = {} }: Fitted): string {
  const own = Object.entries(thresholds);
  const most = 8;
  const labels = own.slice(0, most).map(([label, share]) => `${label} ${share.toPrecision(3)}`);
  return [
    ...(temperature === undefined ? [] : [`temperature ${temperature.toPrecision(3)}`]),
    ...(own.length === 0
      ? []
      : [
          `${own.length === 1 ? "threshold" : "thresholds"} ${labels.join(", ")}${own.length > most ? ` and ${String(own.length - most)} more` : ""}`,
        ]),
  ].join(", ");
}
