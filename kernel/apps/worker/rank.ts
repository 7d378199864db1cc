/**
 * A process that is one rank of a process group. It reads its job from its input, compiles the same program as rank 0,
 * and ends with the group: when the training is over, when another rank is lost, or when its input closes, as rank 0 is
 * then gone.
 */
import { registerAllCodes } from "../../codes.js";
import { createInterface } from "node:readline";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { rankFailureText, parseRankProcessOrder, type RankProcessOrder } from "../../remote/process-group/order.js";
import { PeerRank } from "../../remote/process-group/peer-rank.js";
import { trainAsPeerRank } from "../../training-runs/follow-rank.js";
import { openJob } from "../../features/shipped-session.js";
import { readJobSpec } from "../../remote/jobs/shipment.js";
import { trainingPlansOf } from "../../remote/jobs/ship.js";

registerAllCodes();

// Signals to the process group are for rank 0, which tells the others what to do.
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => undefined);

/** Rank 0 shows all output. */
const silent = { display: () => undefined, update: () => undefined };

async function serve(ordered: RankProcessOrder): Promise<void> {
  const spoke = await PeerRank.join(ordered);
  const { session, action, stage: context } = await openJob(readJobSpec(ordered.shipment), { screen: silent });
  const plan = trainingPlansOf(action).find((one) => one.recipeHash === ordered.recipe);
  if (!plan) throw new CodedError("rank-refused", { rank: ordered.rank, why: "its program has no such training" });
  await session.engines.configure({ ...session.engines.settings, ...ordered.engine });
  await trainAsPeerRank(session, { plan, spoke, place: ordered }, context);
  spoke.close();
  await session.close();
}

const input = createInterface({ input: process.stdin });
let begun = false;
input.on("line", (line) => {
  if (begun) return;
  begun = true;
  const ordered = parseRankProcessOrder(line);
  if (!ordered) end(2);
  serve(ordered).then(
    () => end(0),
    (error: unknown) => {
      // With a dead engine the rank counts as lost, like a killed one: another may succeed.
      const lost = error instanceof CodedError && ["rank-lost", "engine-died"].includes(error.code);
      if (!lost) process.stdout.write(rankFailureText(error instanceof Error ? error.message : String(error)));
      end(lost ? 3 : 1);
    },
  );
});
input.on("close", () => end(0));

/** The engine's process ends with this one. */
function end(status: number): never {
  process.exit(status);
}
