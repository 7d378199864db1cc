/**
 * The assistant of a folder on disk: it looks up what is cheap (a table's header, a used file); nothing is downloaded and no
 * data set is read.
 */
import type { Fact } from "#dsl/answered.js";
import { keyOf, type Need } from "#dsl/plan/facts.js";
import { plainSurroundings } from "../runs/surroundings.js";
import { TuneAssistant } from "./tune-assistant.js";

const cheap: ReadonlySet<Need["about"]> = new Set(["table", "file", "machine"]);
/** Milliseconds for which an answer is taken to hold: a person types faster than files change. */
const fresh = 3000;

/** Loads the vocabulary. `typescript` tells the names that TypeScript cells made. */
export async function openAssistant(folder: string, typescript: () => readonly string[]): Promise<TuneAssistant> {
  const { registry } = await import("#stdlib/registry.js");
  const found = new Map<string, { readonly at: number; readonly fact: Promise<Fact> }>();
  const answer = (need: Need): Promise<Fact> => {
    const key = keyOf(need);
    const known = found.get(key);
    if (known && Date.now() - known.at < fresh) return known.fact;
    const fact = look(need, folder);
    found.set(key, { at: Date.now(), fact });
    return fact;
  };
  return new TuneAssistant(registry, { answer, asks: ({ about }) => cheap.has(about), typescript });
}

async function look(need: Need, folder: string): Promise<Fact> {
  const { Workshop } = await import("../runs/workshop.js");
  return new Workshop().answer(need, plainSurroundings(folder));
}
