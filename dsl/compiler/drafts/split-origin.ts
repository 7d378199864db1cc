/** How data get their splits. */
import { isCall } from "../plan/definitions.js";
import type { Program } from "../plan/program.js";
import { renameSplitsText } from "../checks/odd-label-codes.js";
import { findUnusuallyNamedSplits } from "../checks/unusual-split-names.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { DataPlan, Value } from "../../language/types/value.js";

export function isSplitNamedByData(program: Program, { split }: DataPlan): boolean {
  return split !== null && program.registry.find("split", split.word)?.capabilities?.namedByData === true;
}

/** Describes how the data get their splits, for messages about a missing split. */
export function splitOrigin(
  program: Program,
  plan: DataPlan,
  facts: DataFacts | undefined,
): { readonly split?: "words" | "files" | "column"; readonly rename?: string } {
  const { source, split } = plan;
  if (!isCall(source as Value)) return { split: "files" };
  if (isSplitNamedByData(program, plan)) {
    const strange = facts
      ? findUnusuallyNamedSplits(program, plan, facts).filter(({ meant }) => meant === "validation")
      : [];
    return { split: "column", ...(strange.length > 0 && { rename: renameSplitsText(strange) }) };
  }
  return split ? { split: "words" } : {};
}
