/**
 * `found.best` where a model is wanted: the best trial of a sweep that ran, opened from its run's folder as `model … { load: "…" }`
 * opens one. It has its name in the notebook, so that it is opened once.
 */
import { failed } from "../types/facts.js";
import type { Given } from "../types/given.js";
import type { WordNode } from "../syntax/tree.js";
import { resolveLoaded, settingsOfRun } from "./loaded.js";
import type { Draft, Named, Program } from "./program.js";

/** Whether a name's part means that: the name is a sweep's. */
export function isBest(program: Program, node: WordNode): boolean {
  return (
    node.path.length === 2 &&
    node.path[1]?.text === "best" &&
    program.names.get(node.path[0]?.text ?? "")?.is === "sweep"
  );
}

/** Undefined: it can't be had (reported), or is not known yet. */
export function bestModel(
  program: Program,
  node: WordNode,
): { readonly name: string; readonly node: WordNode; readonly of: Named } | undefined {
  const name = node.text;
  const sweep = node.path[0]?.text ?? name;
  if (program.silent || program.purpose === "assist") return undefined;
  const whole = { ...node, path: [{ text: name, span: node.span }] };
  const known = program.names.get(name);
  if (known?.source === program.source.id) return { name, node: whole, of: known };
  const late = (): undefined => {
    program.report("known-after-run", { name }, node.span);
    return undefined;
  };
  if (program.sweeps.get(sweep)?.here) return late();
  const fact = program.ask({ about: "name", of: `${name}.run` });
  if (fact === undefined) return undefined;
  if (failed(fact)) {
    if (fact.failed.code === "unknown-reference") return late();
    program.reportFailed(fact, node.span);
    return undefined;
  }
  if (typeof fact.value !== "string") {
    program.report("best-gone", { sweep }, node.span);
    return undefined;
  }
  const load: Given = { value: fact.value, span: node.span, from: "written", places: new Map() };
  const given = new Map([["load", load]]);
  for (const [key, setting] of settingsOfRun(program, "model", given)) given.set(key, setting);
  const draft: Draft = {
    ...{ is: "model", name, span: node.span, source: program.source, given },
    ...{ broken: false, needs: [], allowances: [] },
  };
  const plan = resolveLoaded(program, draft, node.span)?.plan;
  if (!plan) return undefined;
  const of: Named = { is: "model", span: node.span, source: program.source.id, draft };
  program.names.set(name, of);
  program.actions.push({ verb: "model", name, model: plan, span: node.span, source: program.source.id });
  return { name, node: whole, of };
}
