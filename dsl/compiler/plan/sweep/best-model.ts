/**
 * `found.best` as a model: the best trial of a finished sweep, opened from its run's folder as `model … { load: "…" }`
 * would. It is bound to a name in the notebook so that it is opened once.
 */
import { isFailedFact } from "../../../language/types/facts.js";
import type { GivenValue } from "../../../language/types/value.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type { WordNode } from "../../../language/syntax/tree.js";
import { resolveLoadedModel, loadedRunSettings } from "../bases/loaded-base.js";
import type { DefinitionDraft, NameEntry, Program } from "../program.js";

export function isSweepBest(program: Program, node: WordNode): boolean {
  return program.isBest(node.text);
}

/** Returns the best model; undefined if it is unavailable (reported) or not known yet. */
export function resolveBestModel(
  program: Program,
  node: WordNode,
): { readonly name: string; readonly node: WordNode; readonly entry: NameEntry } | undefined {
  const name = node.text;
  const entry = bestModelNamed(program, name, node.span);
  return entry && { name, node: { ...node, path: [{ text: name, span: node.span }] }, entry };
}

/** Returns the best model by its name. */
export function bestModelNamed(program: Program, name: string, span: Span): NameEntry | undefined {
  const sweep = name.split(".")[0] ?? name;
  if (program.silent || program.purpose === "assist") return undefined;
  const known = program.names.get(name);
  if (known?.source === program.source.id) return known;
  const sweepEntry = program.sweeps.get(sweep);
  const late = (): undefined => {
    if (sweepEntry?.detached) program.report("trains-apart", { name: sweep }, span);
    else program.report("known-after-run", { name }, span);
    return undefined;
  };
  if (sweepEntry?.here) return late();
  const fact = program.ask({ about: "name", of: `${name}.run` });
  if (fact === undefined) return undefined;
  if (isFailedFact(fact)) {
    if (fact.failed.code === "unknown-reference") return late();
    program.reportFailed(fact, span);
    return undefined;
  }
  if (typeof fact.value !== "string") {
    program.report("best-gone", { sweep }, span);
    return undefined;
  }
  const load: GivenValue = { value: fact.value, span, from: "written", places: new Map() };
  const given = new Map([["load", load]]);
  for (const [key, setting] of loadedRunSettings(program, "model", given)) given.set(key, setting);
  const draft: DefinitionDraft = {
    is: "model",
    name,
    span,
    source: program.source,
    given,
    broken: false,
    needs: [],
    allowances: [],
  };
  const plan = resolveLoadedModel(program, draft, span)?.plan;
  if (!plan) return undefined;
  const named: NameEntry = { is: "model", span, source: program.source.id, draft };
  program.names.set(name, named);
  program.actions.push({ verb: "model", name, model: plan, span, source: program.source.id });
  return named;
}
