/** Shows a file as text after a phase of the compiler. Nothing runs; data and bases that the plan needs are read. */
import { dirname, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Diagnostic } from "#dsl/language/diagnostics/diagnostic.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { printTokens, printSyntaxTree } from "#dsl/language/syntax/print.js";
import type { ParameterTexts } from "#kernel/apps/jupyter/client/parameters.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import {
  compilationPhaseView,
  compilationPhases,
  joinTexts,
  type CompilationPhase,
} from "#kernel/training-runs/phases.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { isTrusted } from "#kernel/trust/trust.js";
import { registry } from "#stdlib/registry.js";
import { checkTuneSources, readSources } from "./checking.js";

/** Phases in compiler order. */
export const phases = ["tokens", "tree", "plan", ...compilationPhases] as const;
export type Phase = (typeof phases)[number];

export interface PhaseOptions {
  /** Restricts the output to one definition or training; defaults to all. */
  readonly name?: string | undefined;
  /** Engine whose program `emitted` shows. */
  readonly engine?: string | undefined;
  /** `-p name=value`, as written. */
  readonly parameters?: ParameterTexts;
  /** Reads data and bases, and knows the machine. */
  readonly datasets?: DatasetCache;
}
export interface PhaseText {
  /** Missing if there are errors, or if something is needed that must not be downloaded. */
  readonly text?: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly Source[];
}

export async function compilerPhaseText(phase: Phase, file: string, options: PhaseOptions = {}): Promise<PhaseText> {
  const texts = await readSources(file);
  const { sources } = texts;
  if (phase === "tokens" || phase === "tree")
    return { text: textPhase(phase, sources, options.name), diagnostics: [], sources };
  const datasets = options.datasets ?? new DatasetCache();
  const folder = dirname(resolve(file));
  const { diagnostics, actions, unvalued } = await checkTuneSources(texts, folder, { ...options, datasets });
  if (diagnostics.some((d) => d.severity === "error")) return { diagnostics, sources };
  const all = actions.flatMap((a): (readonly [string, Plan])[] =>
    a.verb === "train" || a.verb === "federate"
      ? [[a.name, a.plan]]
      : a.verb === "sweep"
        ? [[a.name, a.sweep.plan]]
        : [],
  );
  const plans = all.filter(([name, { recipe }]) => [undefined, name, recipe.model.name].includes(options.name));
  const names = all.map(([name]) => name);
  if (plans.length === 0 && diagnostics.some((d) => d.code === "not-fetched")) return { diagnostics, sources };
  if (plans.length === 0 && unvalued.length > 0) throw new CodedError("not-told", { file, names: unvalued });
  if (plans.length === 0) throw nothing(file, options.name, names);
  const shown = await Promise.all(
    plans.map(async ([name, plan]) => [name, plain(await planPhase(phase, name, plan))] as const),
  );
  return { text: joinTexts(shown), diagnostics, sources };

  async function planPhase(shownPhase: "plan" | CompilationPhase, name: string, plan: Plan): Promise<DisplayOutput> {
    if (shownPhase === "plan") return planCardView(plan);
    const reader = dataReadingSettingsOf(plan.recipe.model);
    const around = {
      ...plainHostContext(folder, options.parameters ?? {}),
      withhold: isTrusted(folder) ? undefined : ("all" as const),
    };
    const [base, { labels }] = await Promise.all([
      datasets.base(reader, around),
      datasets.data(plan.recipe.data, reader, around),
    ]);
    const { engine } = options;
    return compilationPhaseView(shownPhase, {
      plan,
      base,
      labels,
      home: folder,
      name,
      ...(engine !== undefined && { engine }),
    });
  }
}

function textPhase(phase: "tokens" | "tree", sources: readonly Source[], name: string | undefined): string {
  const verbs = registry.verbs().map((verb) => verb.name);
  const printed = sources.map(
    (source) =>
      [source.title, phase === "tree" ? printSyntaxTree(source, verbs, name) : printTokens(source.text)] as const,
  );
  // The parts of a single file are printed as one text.
  return sources.some(({ cell }) => cell !== undefined)
    ? joinTexts(printed.filter(([, text]) => text !== ""))
    : printed.map(([, text]) => text).join("");
}

function nothing(file: string, name: string | undefined, has: readonly string[]): CodedError {
  const near = name === undefined ? undefined : nearestWord(name, has);
  return new CodedError("nothing-to-show", { file, name: name ?? null, has, nearest: near ?? null });
}

const plain = ({ bundle }: DisplayOutput): string => `${String(bundle["text/plain"]).trimEnd()}\n`;
