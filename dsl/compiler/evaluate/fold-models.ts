/** The models of a cross-validation, of which each is evaluated on the fold that it was not trained on. */
import type { NamedTraining, Program } from "../plan/program.js";
import { operandName } from "../statement/run-action.js";
import { resolveData } from "../plan/definitions.js";
import type { ResolvedDataSubject } from "../drafts/names.js";
import { nameWithCurrentWeights } from "../drafts/trained-names.js";
import { currentDataOf, writtenFoldCount } from "../plan/folds.js";
import { mustExist, mustGet } from "../../language/diagnostics/codes.js";
import type { Operand, WordNode } from "../../language/syntax/tree.js";
import type { FoldModel } from "../plan/action.js";

/**
 * Returns the name of the fold models if all are trained and the rows are those of the folds. For other rows, the fold
 * that excluded a row is unknown.
 */
export function nameOfFoldModels(
  program: Program,
  operand: Operand,
  run: NamedTraining,
  subjects: readonly (ResolvedDataSubject | undefined)[],
): string | undefined {
  const name = operandName(operand)?.text;
  if (name === undefined) return undefined;
  const elsewhere = subjects.find((one) => one && !sameFolds(program, run, one));
  if (elsewhere && "data" in elsewhere.subject) {
    const { data, split } = elsewhere.subject;
    const details = { model: name, folds: run.folds ?? [], data: run.data.name };
    program.report(
      "fold-model",
      { ...details, on: split === null ? data.name : `${data.name}.${split}` },
      operand.span,
    );
    return undefined;
  }
  const trained = (run.folds ?? []).every((fold) => {
    const entry = program.names.get(fold);
    const node = operand as WordNode;
    return entry && nameWithCurrentWeights(program, { name: fold, node, entry }) !== undefined;
  });
  return trained ? name : undefined;
}

function sameFolds(program: Program, run: NamedTraining, { subject, draft }: ResolvedDataSubject): boolean {
  return (
    "data" in subject &&
    subject.split === null &&
    draft.name === run.data.name &&
    writtenFoldCount(program, draft) !== null
  );
}

/** For a fold's model: the index of the fold it was not trained on. */
export function heldOutFoldOf(program: Program, operand: Operand | undefined): number | undefined {
  const name = operandName(operand)?.text;
  return name === undefined ? undefined : program.runs.get(name)?.fold;
}

/** Returns the rows on which each fold's model is evaluated. */
export function foldsOfModels(
  program: Program,
  names: readonly string[],
): { readonly folds: Readonly<Record<string, readonly FoldModel[]>> } | undefined {
  const folds = names.flatMap((name): [string, readonly FoldModel[]][] => {
    const run = program.runs.get(name);
    if (!run?.folds) return [];
    const foldModel = run.folds.map((fold): FoldModel => {
      const foldTraining = mustGet(program.runs, fold, "training");
      return {
        name: fold,
        data: mustExist(
          resolveData(program, currentDataOf(program, foldTraining), foldTraining.data.span),
          "a fold's data",
        ).plan,
      };
    });
    return [[name, foldModel]];
  });
  return folds.length > 0 ? { folds: Object.fromEntries(folds) } : undefined;
}
