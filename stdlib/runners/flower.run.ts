import type { FederationRunner } from "../kinds/runner.js";
import { ROUND, WAIT } from "../lib/runners/superlink.js";

const MILLISECONDS = 1000;

export const flower: FederationRunner = {
  federation: ({ arguments: { address, certificates, plain, wait, round } }, carriers) =>
    carriers.flower({
      superlink: String(address),
      ...(typeof certificates === "string" && { certificates }),
      plain: plain === true,
      wait: Number(wait ?? WAIT) / MILLISECONDS,
      round: Number(round ?? ROUND) / MILLISECONDS,
    }),
};
