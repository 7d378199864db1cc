/**
 * The technique of a model after its update strategies extend it for each data set, over all tasks it continued from.
 */
import type { Program, UpdateDraft } from "../../plan/program.js";
import type { TechniqueForNextData } from "../../../language/types/capabilities/learning.js";
import type { WeightShapes } from "../../../language/types/capabilities/refusal.js";
import type { RunFacts } from "../../../language/types/facts.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type { Call } from "../../../language/types/value.js";
import type { UpdateTechnique } from "../training-request.js";

/**
 * `technique`: from the model's definition, or from the run that it loads. Undefined if there is an error (reported).
 */
export function techniqueForUpdate(
  program: Program,
  options: Pick<UpdateDraft, "lineage" | "strategy"> & {
    readonly technique: Call;
    readonly loaded: RunFacts | undefined;
    /** Weight shapes of the base; undefined while unknown. */
    readonly shapes: WeightShapes | undefined;
  },
  span: Span,
): UpdateTechnique | undefined {
  let room: Room = {
    technique: options.technique,
    known: new Map((options.loaded?.strategy ?? []).map((call) => [call.word, call])),
    why: {},
  };
  for (const calls of options.lineage) {
    const made = roomFor(program, calls, room, options.shapes, span);
    if (!made) return undefined;
    ({ room } = made);
  }
  const strategies = roomFor(program, options.strategy, room, options.shapes, span);
  if (!strategies) return undefined;
  for (const { strategy, ...crowded } of strategies.crowded)
    program.report("strategy-crowded", { strategy, ...crowded }, span);
  return { technique: strategies.room.technique, strategy: strategies.strategy, why: strategies.room.why };
}

interface Room {
  readonly technique: Call;
  /** Latest call of each strategy, with its defaults filled in. */
  readonly known: ReadonlyMap<string, Call>;
  /** Reasons for the technique's arguments that differ from those written. */
  readonly why: Readonly<Record<string, string>>;
}
type Crowded = NonNullable<TechniqueForNextData["exhaustedLayer"]> & { readonly strategy: string };

/** Applies one task's strategies to the technique. */
function roomFor(
  program: Program,
  calls: readonly Call[],
  before: Room,
  shapes: WeightShapes | undefined,
  span: Span,
): { readonly room: Room; readonly strategy: readonly Call[]; readonly crowded: readonly Crowded[] } | undefined {
  let room = before;
  const strategy: Call[] = [];
  const crowded: Crowded[] = [];
  const grownBy = program.registry.find("technique", before.technique.word)?.capabilities?.grownBy;
  const other = grownBy !== undefined && calls.find(({ word }) => word !== grownBy);
  if (other) {
    const why = `\`${before.technique.word}\` has separate weights for each data set, and each row uses those of one`;
    program.report(
      "strategy-technique",
      { strategy: other.word, why, instead: `write \`strategy: ${grownBy}\`` },
      span,
    );
    return undefined;
  }
  for (const call of calls) {
    const grows = program.registry.find("strategy", call.word)?.capabilities?.growTechnique;
    const made = grows?.(call, room.technique, room.known.get(call.word) ?? null, shapes);
    if (made && "instead" in made) {
      program.report("strategy-technique", { strategy: call.word, why: made.why, instead: made.instead }, span);
      return undefined;
    }
    strategy.push(made?.strategy ?? call);
    if (!made) continue;
    if (made.exhaustedLayer) crowded.push({ ...made.exhaustedLayer, strategy: call.word });
    room = {
      technique: made.technique,
      known: new Map([...room.known, [call.word, made.strategy]]),
      why: { ...room.why, ...changes(room.technique, made) },
    };
  }
  return { room, strategy, crowded };
}

/** Returns the reason for each argument that changed. */
function changes(before: Call, { technique, why }: TechniqueForNextData): Readonly<Record<string, string>> {
  const names = Object.keys(technique.arguments).filter((name) => technique.arguments[name] !== before.arguments[name]);
  return Object.fromEntries(names.map((name) => [name, why]));
}
