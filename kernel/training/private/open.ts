/** Private updates in a session, for a training or for one client's round of federated training. */
import type { PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import type { PrivateTrainingPrograms } from "#stdlib/programs/options.js";
import type { DataLoader } from "../../data/rows/loader.js";
import type { EncodedRows } from "../../data/encoding/encoded.js";
import type { EngineSession } from "../../engines/engine.js";
import { privacyUnitsOf, PrivateUpdates } from "./updates.js";

export interface PrivateRows {
  readonly rows: EncodedRows;
  /** Loader of these rows, without packing. */
  readonly loader: DataLoader;
  /** `rate` and `noise` for these rows alone. */
  readonly privacy: Pick<PrivacyPlan, "clip" | "noise" | "rate">;
  /** Maximum rows per part. */
  readonly batchSize: number;
}

/**
 * Adds to the session what is needed if several training rows come from one row of the data.
 * @param programs the programs that the session was opened with
 */
export async function openPrivateUpdates(
  session: Pick<EngineSession, "programs" | "add">,
  programs: PrivateTrainingPrograms,
  { rows, loader, privacy, batchSize }: PrivateRows,
): Promise<PrivateUpdates> {
  const units = privacyUnitsOf(rows);
  const apart = programs.apart !== null;
  if (apart && units.several && !session.programs.includes("alone")) await session.add({ alone: programs.alone }, []);
  return new PrivateUpdates({ loader, units, privacy, batchSize, apart, apply: programs.apply });
}
