/**
 * The host's side of the needs/update protocol: a cache of data sets answers what the compiler lacks. Kernel, command line and tests
 * come through here.
 */
import { compileAnswered, type CompiledWith } from "#dsl/compiler/program/compile-with-facts.js";
import type { EarlierCells } from "#dsl/compiler/statement/earlier-cells.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Outside } from "#dsl/compiler/plan/known-names.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { registry as whole } from "#stdlib/registry.js";
import { plainHostContext, type HostContext } from "../../host/host-context.js";
import { DatasetCache } from "./dataset-cache.js";

export interface CompileOptions {
  readonly purpose?: "assist" | "run";
  readonly hostContext?: HostContext;
  /** Keeps prepared data and resolved bases between calls; a new one per call otherwise. */
  readonly datasets?: DatasetCache;
  /** Model or run name → recipe hash of its present weights. */
  readonly trained?: Readonly<Record<string, string>>;
  readonly recipes?: NonNullable<Outside["recipes"]>;
  readonly registry?: Registry;
  /** Name → the refused source that was to define it. */
  readonly refused?: NonNullable<Outside["refused"]>;
  /** Keeps what earlier cells came to between calls. */
  readonly kept?: EarlierCells;
}

export async function compileAll(sources: readonly Source[], o: CompileOptions = {}): Promise<CompiledWith> {
  const hostContext = o.hostContext ?? plainHostContext(process.cwd());
  const datasets = o.datasets ?? new DatasetCache();
  hostContext.signal?.throwIfAborted();
  const compiled = await compileAnswered(sources, {
    registry: o.registry ?? whole,
    purpose: o.purpose ?? "run",
    ...(o.kept && { kept: o.kept }),
    outside: {
      typescript: hostContext.typescript(),
      trained: o.trained ?? {},
      ...(o.recipes && { recipes: o.recipes }),
      ...(o.refused && { refused: o.refused }),
      parameters: hostContext.parameters,
    },
    answer: (need) => {
      hostContext.signal?.throwIfAborted();
      return datasets.answer(need, hostContext);
    },
  });
  hostContext.signal?.throwIfAborted();
  return compiled;
}
