import type { AttackImplementation } from "./kind.js";
import {
  membershipRocCurve,
  chanceAdvantageBound,
  chanceDetectionRate,
  membershipFigures,
  membershipIntervals,
} from "./shared/membership-curve.js";

/** Maximum false-positive rate: the share of other rows that may be classified as training rows. */
const ALARMS = 0.01;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const membership: AttackImplementation = {
  async run(call, world) {
    const { members, others, calibrated } = await world.rows(Number(call.arguments["rows"]));
    const curve = membershipRocCurve(members, others);
    const { area, advantage, caught } = membershipFigures(curve, ALARMS);
    const ends = membershipIntervals(members, others, ALARMS);
    const most = chanceAdvantageBound(members.length, others.length);
    const by = chanceDetectionRate(members.length, others.length, ALARMS);
    const [some, pairs] = [caught > by.most, (ends.area?.low ?? 0) > 0.5];
    const found = some || pairs;
    return {
      figures: [
        { name: "caught at 1 % false alarms", value: caught, interval: ends.caught, chance: by },
        { name: "area under the curve", value: area, interval: ends.area, chance: { value: 0.5 } },
        { name: "advantage", value: advantage, interval: ends.advantage, chance: { value: 0, most } },
      ],
      found,
      said: some
        ? `training rows can be distinguished from others: ${percent(caught)} of them are found with 1 % false alarms`
        : pairs
          ? `training rows can be distinguished from others a little: in ${percent(area)} of pairs of one of each, the training row is the likelier one`
          : "their losses do not distinguish training rows from others; a stronger attack might",
      how: `${members.length.toLocaleString("en-US")} rows that trained, ${others.length.toLocaleString("en-US")} others; by ${calibrated ? "the loss of each less the base's" : "the loss of each"}`,
      picture: { of: "caught", others: curve.others, members: curve.members },
    };
  },
};
