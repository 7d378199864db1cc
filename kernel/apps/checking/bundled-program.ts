/**
 * Bundles what a program, a notebook or a run needs on a machine without a network: itself and every file that its
 * plans read, at the paths by which they are named. A downloaded base is put next to the program under its name: there
 * it is found first, with the same hash, so the recipe's hash does not change. Everything that cannot be packed is
 * reported in one error.
 */
import { lstatSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Expression, Statement, WordNode } from "#dsl/language/syntax/tree.js";
import type { Parameter, Registry } from "#dsl/language/types/registry.js";
import { registry } from "#stdlib/registry.js";
import type { CheckedProgram } from "../../host/check-sources.js";
import { plainHostContext, type HostContext } from "../../host/host-context.js";
import type { BundleDraft } from "../../runs/record/bundle/write.js";
import { comparedRunRecordOf } from "../../runs/record/compared-run.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { DatasetCache } from "../../session/answers/dataset-cache.js";
import { version } from "../../session/version.js";
import { BundlePacking, pathUnder, type UnplannedFilesAndBases } from "./packing.js";

/** Bundles a checked program with the files that its statements read. Coded error `not-bundled`. */
export async function bundleOfProgram(
  file: string,
  { actions, unplanned }: Pick<CheckedProgram, "actions" | "unplanned">,
  options: { readonly datasets: DatasetCache; readonly hostContext: HostContext },
): Promise<BundleDraft> {
  const path = resolve(file);
  const packing = new BundlePacking(dirname(path), file, options.datasets, options.hostContext);
  packing.addOwnFile(path, "program");
  for (const action of actions) await packing.action(action);
  for (const statement of unplanned) await packing.unplanned(unplannedNames(statement, registry));
  const { files, root } = packing.packed();
  return { tunebook: version, runs: { program: pathUnder(root, path) }, files };
}

/**
 * Bundles a run with its plan, lock, log and scores, without its checkpoints. Coded errors `run-unreadable`,
 * `not-bundled`.
 */
export async function bundleOfRun(
  run: RunFolder,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<BundleDraft> {
  const side = comparedRunRecordOf(run);
  const home = resolve(run.path, side.lock.home ?? "../..");
  const { data, model } = side.plan.recipe;
  const hostContext = { ...plainHostContext(home), ...(options.signal && { signal: options.signal }) };
  const packing = new BundlePacking(home, run.id, new DatasetCache(), hostContext);
  await packing.trained(data, model);
  if (model.trained) packing.lacking("its base", "is another training: pack its program");
  if (side.plan.recipe.compress && !model.trained)
    packing.lacking("the model that it was trained from", "is another training: pack its program");
  if (side.plan.recipe.update)
    packing.lacking("the weights that it started from", "is another training: pack its program");
  for (const name of ["plan.json", "lock.json", "events.jsonl", "scores.jsonl", "calibration.json"])
    if (isOwnFile(join(run.path, name))) packing.addOwnFile(join(run.path, name), "run");
  const { files, root } = packing.packed();
  return { tunebook: version, runs: { run: pathUnder(root, run.path) }, files };
}

/** Links are followed only for data, whose paths the user chose. */
const isOwnFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** Returns what a statement names, by its words' records. */
function unplannedNames({ verb, operands, clauses, block }: Statement, registry: Registry): UnplannedFilesAndBases {
  const [bases, files]: [string[], string[]] = [[], []];
  const given = (parameter: Parameter | undefined, value: Expression): void => {
    if (value.is !== "string") return inside(value);
    if (parameter?.name === "base") bases.push(value.value);
    else if (parameter?.suggests?.from === "files") files.push(value.value);
  };
  const inWord = ({ text, arguments: values = [] }: WordNode): void => {
    // A target's path is written, not read.
    const words = registry.words.filter(({ name, kind }) => name === text && kind !== "target");
    const parameters = words.flatMap((word) => word.parameters);
    values.forEach(({ key, value }, i) =>
      given(key ? parameters.find(({ name }) => name === key.text) : parameters[i], value),
    );
  };
  const inside = (node: Expression): void => {
    if (node.is === "word") inWord(node);
    else if (node.is === "list") node.items.forEach(inside);
    else if (node.is === "block") for (const { value } of node.entries) if (value) inside(value);
  };
  for (const operand of [...operands, ...clauses.flatMap((clause) => clause.operands)]) inside(operand);
  const keys = registry.find("verb", verb.text)?.parameters ?? [];
  for (const { key, value } of block?.entries ?? [])
    if (value)
      given(
        keys.find(({ name }) => name === key.text),
        value,
      );
  return { bases, files };
}
