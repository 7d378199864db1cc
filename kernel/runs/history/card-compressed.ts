/**
 * Describes a compressed model in its card: original, method, distillation targets, and rows labelled by its teacher.
 */
import type { CompressPlan } from "#dsl/compiler/plan/actions/compress-actions.js";
import type { Call } from "#dsl/language/types/value.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { code } from "../../display/markdown.js";
import { plural, callText, valueText } from "../../host/value-text.js";
import { hideLocalPath, type CardBaseModel } from "./card-base.js";

export interface CompressedModelFacts {
  readonly plan: CompressPlan;
  /** Name of the original or teacher training, or the requested model; null if its run no longer exists. */
  readonly sourceTraining: string | null;
  /** Number of rows that the teacher labelled; null if unknown. */
  readonly labelled: number | null;
}

export const isStudentModel = ({ plan: { stage } }: CompressedModelFacts): boolean => stage.kind === "student";

/** `A student of the training router, whose base is …`. */
export function compressedModelText(
  { plan: { stage } }: CompressedModelFacts,
  { name, scratch, training }: CardBaseModel,
): string | null {
  if (training === null) return null;
  const root = scratch ? `which was trained from scratch (${code(name)})` : `whose base is ${code(name)}`;
  const made = stage.kind === "student" ? "A student of" : "Compressed from";
  return `${made} the training ${code(training)}, ${root},`;
}

export function compressionCardLines(smaller: CompressedModelFacts): readonly string[] {
  const { plan, sourceTraining, labelled } = smaller;
  const { stage, unlabelled = [] } = plan;
  const teacher = sourceTraining === null ? "another training" : code(sourceTraining);
  const lines = [`It was made from ${teacher} by ${code(callText(shownCall(stage)))}.`];
  const lessons = lessonsOf(stage);
  if (lessons.length > 0)
    lines.push(
      `It learned ${lessons.map((call) => code(lessonText(call))).join(", ")} from ${teacher}; losses are summed with these weights.`,
    );
  const rows = labelled === null ? "rows" : plural(labelled, "row");
  const made = stage.arguments["augment"] ? ["texts generated from the data below"] : [];
  const others = [...unlabelled.map(({ data: { name } }) => code(name)), ...made];
  if (others.length > 0)
    lines.push(
      `From ${others.join(", ")}, ${rows} without labels, it learned the predictions of ${teacher}; from the data below also people's labels. ` +
        "Each batch has the same number of both.",
    );
  return [lines.join(" ")];
}

/** Omits the distillation targets, which have a separate sentence. */
function shownCall(stage: Call): Call {
  const { learns, base, ...rest } = stage.arguments;
  void learns;
  return {
    ...stage,
    arguments: { ...rest, ...(base !== undefined && { base: typeof base === "string" ? hideLocalPath(base) : base }) },
  };
}
function lessonsOf({ arguments: { learns } }: Call): readonly Call[] {
  return (Array.isArray(learns) ? learns : [learns]).filter((one) => isCall(one));
}
/** Shows all settings, including defaults. */
function lessonText({ word, arguments: given }: Call): string {
  const settings = Object.entries(given).filter(([, value]) => value !== null);
  return settings.length === 0
    ? word
    : `${word}(${settings.map(([name, value]) => `${name}: ${valueText(value)}`).join(", ")})`;
}
