/**
 * Host side of the needs/update protocol: answers the compiler's needs from a cache of data sets. The kernel, the
 * command line and the tests all use it.
 */
import { compileWithFacts, type CompiledWithFacts } from "#dsl/compiler/program/compile-with-facts.js";
import type { EarlierCellsCache } from "#dsl/compiler/statement/earlier-cells.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { CompilerEnvironment } from "#dsl/compiler/plan/known-names.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { registry as whole } from "#stdlib/registry.js";
import { plainHostContext, type HostContext } from "../../host/host-context.js";
import { DatasetCache } from "./dataset-cache.js";
import { answerCompilerNeed } from "./need-answers.js";

export interface CompileOptions {
  readonly purpose?: "assist" | "run";
  readonly hostContext?: HostContext;
  /** Keeps prepared data and resolved bases between calls. Defaults to a new cache per call. */
  readonly datasets?: DatasetCache;
  /** Model or run name → recipe hash of its present weights. */
  readonly trained?: Readonly<Record<string, string>>;
  readonly recipes?: NonNullable<CompilerEnvironment["recipes"]>;
  readonly registry?: Registry;
  /** Name → the refused source that would have defined it. */
  readonly refused?: NonNullable<CompilerEnvironment["refused"]>;
  /** Keeps the compilation results of earlier cells between calls. */
  readonly earlierCells?: EarlierCellsCache;
}

export async function compileAll(sources: readonly Source[], options: CompileOptions = {}): Promise<CompiledWithFacts> {
  const hostContext = options.hostContext ?? plainHostContext(process.cwd());
  const datasets = options.datasets ?? new DatasetCache();
  hostContext.signal?.throwIfAborted();
  const compiled = await compileWithFacts(sources, {
    registry: options.registry ?? whole,
    purpose: options.purpose ?? "run",
    ...(options.earlierCells && { cellCache: options.earlierCells }),
    outside: {
      typescript: hostContext.typescript(),
      trained: options.trained ?? {},
      ...(options.recipes && { recipes: options.recipes }),
      ...(options.refused && { refused: options.refused }),
      parameters: hostContext.parameters,
    },
    answer: (need) => {
      hostContext.signal?.throwIfAborted();
      return answerCompilerNeed(need, hostContext, datasets);
    },
  });
  hostContext.signal?.throwIfAborted();
  return compiled;
}
