import type { AttackImplementation } from "./kind.js";
import {
  chanceExposureInterval,
  exposureOf,
  meanExposureInterval,
  meanExposure,
  expectedExposureByChance,
} from "./shared/exposure.js";

const bits = (n: number): string => n.toFixed(1);

export const canaries: AttackImplementation = {
  async run(call, world) {
    const unseen = Number(call.arguments["unseen"]);
    const { planted, times, bits: space } = await world.canaries(unseen);
    const all = planted.map(({ canary, loss, unseen: unseenLosses }) => ({
      canary,
      loss,
      exposure: exposureOf(loss, unseenLosses),
    }));
    const value = meanExposure(all.map(({ exposure }) => exposure));
    const by = chanceExposureInterval(all.length, unseen);
    const found = value > by.high;
    const between = `${bits(by.low)} to ${bits(by.high)}`;
    return {
      figures: [
        {
          name: "mean exposure, bits",
          value,
          interval: meanExposureInterval(all.map(({ exposure }) => exposure)),
          chance: { value: expectedExposureByChance(unseen), most: by.high },
        },
      ],
      found,
      said: found
        ? `the canaries are memorised: ${bits(value)} bits, while the same number of unseen ones has ${between} in 95 of 100 draws`
        : `the canaries are not memorised: ${bits(value)} bits, and the same number of unseen ones has ${between} in 95 of 100 draws`,
      how: `${String(all.length)} canaries${times > 1 ? `, each ${String(times)} times among the rows` : ""}, each compared with ${unseen.toLocaleString("en-US")} of a space of 2^${space.toFixed(0)}; at most ${bits(Math.log2(unseen + 1))} bits`,
      picture: {
        of: "exposure",
        planted: all,
        unseen: Array.from(planted.flatMap(({ unseen: unseenLosses }, i) => (i === 0 ? [...unseenLosses] : []))),
      },
    };
  },
};
