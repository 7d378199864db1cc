/** Detects splits whose names differ from the training and evaluation names: `TrainAction`, `dev`, `val`. */
import type { DefinitionDraft, Program } from "../plan/program.js";
import type { DataFacts } from "../../language/types/facts.js";
import type { DataPlan } from "../../language/types/value.js";
import type { Fix } from "../../language/diagnostics/diagnostic.js";
import type { Span } from "../../language/diagnostics/span.js";
import { renameSplitsText } from "./odd-label-codes.js";

const KNOWN: readonly string[] = ["train", "validation", "test"];

export interface UnusuallyNamedSplit {
  readonly name: string;
  readonly rows: number;
  /** The name that Tune uses for the split. */
  readonly meant: string;
}

/** Finds strange splits that the split's word can rename. */
export function findUnusuallyNamedSplits(
  program: Program,
  { split }: DataPlan,
  facts: DataFacts,
): readonly UnusuallyNamedSplit[] {
  const word = split && program.registry.find("split", split.word);
  if (!word || !word.parameters.some(({ name }) => name === "rename")) return [];
  return Object.entries(facts.splits).flatMap(([name, { rows }]): UnusuallyNamedSplit[] => {
    const meant = meantBy(program, name, facts);
    return meant === undefined ? [] : [{ name, rows, meant }];
  });
}

/** Matches names that differ in capitals, and other tools' names for a split that the data lack. */
function meantBy(program: Program, name: string, { splits }: DataFacts): string | undefined {
  if (KNOWN.includes(name)) return undefined;
  const plain = name.toLowerCase();
  if (KNOWN.includes(plain)) return plain;
  const called = program.registry
    .ofKind("split")
    .map(({ elsewhere }) => (elsewhere && Object.hasOwn(elsewhere, plain) ? elsewhere[plain] : undefined))
    .find((one) => one !== undefined && KNOWN.includes(one));
  return called !== undefined && !Object.hasOwn(splits, called) ? called : undefined;
}

export function checkSplitNames(
  program: Program,
  draft: DefinitionDraft,
  plan: DataPlan,
  facts: DataFacts,
  place: Span | undefined,
): void {
  const splits = findUnusuallyNamedSplits(program, plan, facts);
  if (splits.length === 0 || facts.sampled) return;
  const total = Object.values(facts.splits).reduce((sum, { rows }) => sum + rows, 0);
  const fix = place?.source === program.source.id ? renamed(program.textOf(place), place, splits) : undefined;
  program.reportOwn("strange-splits", { data: draft.name, splits, of: total }, draft, place, fix ? { fix } : {});
}

/** Returns a fix that adds `rename` to the call; none if the call already has it. */
function renamed(
  text: string | undefined,
  { start, end }: Span,
  splits: readonly UnusuallyNamedSplit[],
): Fix | undefined {
  if (!text?.endsWith(")") || /\brename\b|\/\//.test(text)) return undefined;
  const added = renameSplitsText(splits);
  const insertAt = start + text.slice(0, -1).trimEnd().replace(/,$/, "").length;
  return { title: `add \`${added}\``, certain: false, edits: [{ start: insertAt, end, text: `, ${added})` }] };
}
