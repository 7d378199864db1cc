/** The programs of a training, phase by phase, for whoever wants to see what the compiler made: graph, passes, program, what is emitted. */
import { allEngines, engines } from "../engines/engines.js";
import { outlineOf } from "#dsl/tensor/outline.js";
import { PLAIN } from "#dsl/tensor/passes/table.js";
import { printPasses } from "#dsl/tensor/passes/trace.js";
import { printProgram } from "#dsl/tensor/print.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { assemble } from "#stdlib/programs/assemble.js";
import { buildTrainGraph } from "#stdlib/programs/train.js";
import type { Base } from "../bases/base.js";
import { graphShown } from "../display/plans/graph-card.js";
import type { Shown } from "../display/bundle-output.js";
import { printable } from "../host/text.js";
import { partsOf } from "../models/open-model.js";
import { sizesOf } from "../bases/programs.js";

export const programPhases = ["graph", "passes", "program", "emitted"] as const;
export type ProgramPhase = (typeof programPhases)[number];

export interface Compiling {
  readonly plan: Plan;
  readonly base: Base;
  readonly labels: readonly string[];
  /** The folder that the plan's own folders are relative to. */
  readonly home: string;
  /** What it is called in titles. */
  readonly name: string;
  /** Whose program is emitted; `auto`: TensorFlow's. */
  readonly engine?: string;
}

export async function phaseShown(phase: ProgramPhase, of: Compiling): Promise<Shown> {
  const options = await partsOf(of.plan, of.base, of.labels, of.home);
  if (phase === "passes") return text(printPasses(buildTrainGraph(options).program, options.passes ?? PLAIN));
  const { train, accumulate, apply } = assemble(options);
  const programs: Readonly<Record<string, Program>> = accumulate && apply ? { accumulate, apply } : { train };
  switch (phase) {
    case "graph": {
      const sizes = sizesOf(train, of.plan);
      return graphShown(outlineOf(train, sizes), { model: of.name, program: "train", sizes });
    }
    case "program":
      return text(together(Object.entries(programs).map(([name, program]) => [name, printProgram(program)])));
    case "emitted":
      return text(await emittedText(programs, of.engine ?? of.plan.effects.engine));
  }
}

/** Several texts with their names above them; one stands alone. */
export function together(all: readonly (readonly [string, string])[]): string {
  const [first] = all;
  return all.length === 1 && first ? first[1] : all.map(([name, of]) => `// ${name}\n${of}`).join("\n");
}

function text(of: string): Shown {
  return { bundle: { "text/plain": printable(of) } };
}

/** `engine`: whose form is asked for; `auto`: TensorFlow's. */
function emittedText(programs: Readonly<Record<string, Program>>, engine: string): Promise<string> {
  const { name, emitted } = allEngines.find((one) => one.name === engine) ?? engines.tensorflow;
  if (!emitted) return Promise.resolve(`${name} runs the program as it stands: \`program\` shows it\n`);
  return emitted(programs);
}
