/** What a model's technique becomes where strategies make room in it for each data set: by all stages that it went on from. */
import type { Program, Updating } from "../plan/program.js";
import type { Grown } from "../types/capabilities.js";
import type { RunFacts } from "../types/facts.js";
import type { Span } from "../diagnostics/span.js";
import type { Call } from "../types/value.js";
import type { Onward } from "./training.js";
import "../plan/update-codes.js";

/** `technique`: as the model is defined, or as the run that it loads has it. Undefined: what is wrong was said. */
export function onwardOf(
  program: Program,
  o: Pick<Updating, "lineage" | "strategy"> & {
    readonly technique: Call;
    readonly loaded: RunFacts | undefined;
  },
  at: Span,
): Onward | undefined {
  const known = new Map<string, Call>((o.loaded?.strategy ?? []).map((call) => [call.word, call]));
  let technique = o.technique;
  const grown = (call: Call): Call | undefined => {
    const grows = program.registry.find("strategy", call.word)?.capabilities?.grows;
    const made = grows?.(call, technique, known.get(call.word) ?? null);
    if (!made) return call;
    if ("instead" in made) {
      program.report("strategy-technique", { strategy: call.word, why: made.why, instead: made.instead }, at);
      return undefined;
    }
    changed = { ...changed, ...changes(technique, made) };
    technique = made.technique;
    known.set(call.word, made.strategy);
    return made.strategy;
  };
  let changed: Readonly<Record<string, string>> = {};
  const strategies = [...o.lineage, o.strategy].map((stage) => stage.map(grown));
  const own = strategies.at(-1)?.flatMap((call) => call ?? []) ?? [];
  if (strategies.some((stage) => stage.includes(undefined))) return undefined;
  return { technique, strategy: own, why: changed };
}

/** Why of each argument that is another now. */
function changes(before: Call, { technique, why }: Grown): Readonly<Record<string, string>> {
  const names = Object.keys(technique.arguments).filter((name) => technique.arguments[name] !== before.arguments[name]);
  return Object.fromEntries(names.map((name) => [name, why]));
}
