/** A base that is a model trained in this notebook (`base: domain`): checks that there are weights to start from. */
import type { DefinitionDraft, Program } from "../program.js";
import type { Span } from "../../../language/diagnostics/span.js";
import { recordOrEmpty } from "../definitions.js";
import { isLoadedModelDraft } from "./loaded-base.js";

/** Reports `not-trained`. Null: the base is not a model of this notebook. */
export function checkTrainedBase(program: Program, draft: DefinitionDraft, here: Span): "there" | "missing" | null {
  const base = draft.given.get("base");
  const name = recordOrEmpty(base?.value)["model"];
  if (typeof name !== "string") return null;
  const loaded = program.names.get(name)?.draft;
  if (loaded && isLoadedModelDraft(loaded) && !loaded.broken) {
    program.require(loaded.needs);
    return "there";
  }
  // Errors of a sweep's best are reported where it is named.
  if (program.isBest(name)) return "missing";
  const run = program.runs.get(name);
  if (run?.folds) {
    program.reportNear("fold-model", { model: name, folds: run.folds, data: run.data.name }, base?.span, here);
    return "missing";
  }
  if (run && (run.here || program.outside.trained[name] !== undefined || program.purpose === "assist")) return "there";
  if (program.outside.unsure?.includes(name)) return "missing";
  program.reportNear("not-trained", { model: name }, base?.span, here);
  return "missing";
}
