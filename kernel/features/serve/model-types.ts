/** The capabilities of served models by type. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { AnswerType } from "#stdlib/targets/shared/model-type.js";

/** A clause after the name of the model. */
const DOES: Readonly<Record<AnswerType, string>> = {
  labels: "labels texts",
  tags: "tags words",
  answers: "answers questions",
  fills: "fills gaps",
  continues: "continues texts",
  rewrites: "rewrites texts",
  embeds: "computes text vectors",
  number: "predicts a number",
};

/** Whether a model generates text instead of predictions. */
export function writesTexts(sort: AnswerType): boolean {
  return sort === "continues" || sort === "rewrites";
}

/** The coded error `model-cannot` for a request of another type. `wanted`: a noun such as "vectors". */
export function modelCannotError(
  { name, sort }: { readonly name: string; readonly sort: AnswerType },
  wanted: string,
): CodedError<"model-cannot"> {
  return new CodedError("model-cannot", { name, asked: wanted, does: DOES[sort] });
}
