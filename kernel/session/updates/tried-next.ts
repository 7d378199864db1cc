/** What to try where an update forgot: words alone, as nothing but another run tells what it would keep. */
import type { Call } from "#dsl/types/value.js";

const UNMEASURED = "that is the usual next step, and not measured here: the matrix of that run tells";
/** Of the rows of each data set. */
const MOST = 0.5;

/** Null: the strategy already learns all rows again. */
export function triedNext(strategy: readonly Call[]): string | null {
  if (strategy.some(({ word }) => word === "joint")) return null;
  const share = strategy.find(({ word }) => word === "replay")?.arguments["share"];
  const kept = shareOf(share);
  const held = strategy.find(({ word }) => word === "der");
  if (held) {
    const kept = shareOf(held.arguments["share"]);
    if (kept !== null && kept >= MOST)
      return `To keep more of it try \`joint\`, which learns all rows anew: ${UNMEASURED}`;
    return `To keep more of it let \`der\` keep more rows (\`share\`): ${UNMEASURED}`;
  }
  if (strategy.every(({ word }) => word !== "replay")) return `To keep more of it try \`replay(5%)\`: ${UNMEASURED}`;
  if (kept === null) return `To keep more of it let \`replay\` keep more rows: ${UNMEASURED}`;
  if (kept >= MOST) return `To keep more of it try \`joint\`, which learns all rows anew: ${UNMEASURED}`;
  const more = Math.min(MOST, 4 * kept);
  return `To keep more of it try \`replay(${String(Number((100 * more).toPrecision(2)))}%)\`, with more rows of earlier data: ${UNMEASURED}`;
}

/** Of a count of rows nothing is known here. */
function shareOf(value: unknown): number | null {
  if (value === undefined) return 0.05;
  const share = typeof value === "object" && value !== null && "share" in value ? value.share : null;
  return typeof share === "number" ? share : null;
}
