/** Private updates of rows in a session: of a training, or of a client of a federation in each of its rounds. */
import type { PrivacyPlan } from "#dsl/compiler/plan/recipe.js";
import type { PrivatePrograms } from "#stdlib/programs/options.js";
import type { DataLoader } from "../../data/rows/loader.js";
import type { EncodedRows } from "../../data/encoding/encoded.js";
import type { EngineSession } from "../../engines/engine.js";
import { privacyUnitsOf } from "./units.js";
import { PrivateUpdates } from "./updates.js";

export interface PrivateRows {
  readonly rows: EncodedRows;
  /** Of these rows, without packing. */
  readonly loader: DataLoader;
  /** `rate` and `noise` of these rows by themselves. */
  readonly privacy: Pick<PrivacyPlan, "clip" | "noise" | "rate">;
  /** Rows that are passed at a time, at most. */
  readonly batchSize: number;
}

/** `programs`: those that the session was opened with. Adds what is needed where several rows were made of one. */
export async function openPrivateUpdates(
  session: Pick<EngineSession, "programs" | "add">,
  programs: PrivatePrograms,
  { rows, loader, privacy, batchSize }: PrivateRows,
): Promise<PrivateUpdates> {
  const units = privacyUnitsOf(rows);
  const apart = programs.apart !== null;
  if (apart && units.several && !session.programs.includes("alone")) await session.add({ alone: programs.alone }, []);
  return new PrivateUpdates({ loader, units, privacy, batchSize, apart, apply: programs.apply });
}
