/** The programs of a training by phase, to show the compiler's work: graph, passes, program, emitted code. */
import { allEngines, engines } from "../engines/engines.js";
import { outlineOf } from "#dsl/tensor/outline.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { printPasses } from "#dsl/tensor/passes/trace.js";
import { printProgram } from "#dsl/tensor/print.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { buildUnoptimizedTrainGraph } from "#stdlib/programs/train.js";
import type { BaseModel } from "../bases/base.js";
import { graphView } from "../display/plans/graph-card.js";
import type { DisplayOutput } from "../display/html.js";
import { printable } from "../host/value-text.js";
import { assembleOptionsOf } from "../models/program-parts.js";
import { averageBatchSizes } from "../bases/programs.js";

export const compilationPhases = ["graph", "passes", "program", "emitted"] as const;
export type CompilationPhase = (typeof compilationPhases)[number];

export interface CompilationPhaseInput {
  readonly plan: Plan;
  readonly base: BaseModel;
  readonly labels: readonly string[];
  /** The folder that the plan's own folders are relative to. */
  readonly home: string;
  /** Name in titles. */
  readonly name: string;
  /** Engine whose program is emitted; `auto` means TensorFlow. */
  readonly engine?: string;
}

export async function compilationPhaseView(
  phase: CompilationPhase,
  input: CompilationPhaseInput,
): Promise<DisplayOutput> {
  const options = await assembleOptionsOf(input.plan, input.base, input.labels, input.home);
  if (phase === "passes")
    return text(printPasses(buildUnoptimizedTrainGraph(options).program, options.passes ?? PLAIN_PASS_SETTINGS));
  const { train, accumulate, apply } = assemblePrograms(options);
  const programs: Readonly<Record<string, Program>> = accumulate && apply ? { accumulate, apply } : { train };
  switch (phase) {
    case "graph": {
      const sizes = averageBatchSizes(train, input.plan);
      return graphView(outlineOf(train, sizes), { model: input.name, program: "train", sizes });
    }
    case "program":
      return text(joinTexts(Object.entries(programs).map(([name, program]) => [name, printProgram(program)])));
    case "emitted":
      return text(await emittedText(programs, input.engine ?? input.plan.effects.engine));
  }
}

/** Joins several texts with their names as headings; a single text has none. */
export function joinTexts(all: readonly (readonly [string, string])[]): string {
  const [first] = all;
  return all.length === 1 && first ? first[1] : all.map(([name, content]) => `// ${name}\n${content}`).join("\n");
}

function text(content: string): DisplayOutput {
  return { bundle: { "text/plain": printable(content) } };
}

/** @param engine engine whose form is emitted; `auto` means TensorFlow */
function emittedText(programs: Readonly<Record<string, Program>>, engine: string): Promise<string> {
  const { name, emitted } = allEngines.find((one) => one.name === engine) ?? engines.tensorflow;
  if (!emitted) return Promise.resolve(`${name} runs the program without changes: \`program\` shows it\n`);
  return emitted(programs);
}
