/** Independent draws: trial n of a seed is the same whatever ran before it, so an interrupted sweep goes on exactly. */
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { SearchImplementation } from "../kinds/search.js";

export const random: SearchImplementation = {
  suggest(_call, dimensions, _done, seed, trial) {
    const generator = xoroshiro128plus((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(trial + 1, 0x85ebca6b)) | 0);
    for (let warm = 0; warm < 8; warm++) generator.next();
    const unit = () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
    return Object.fromEntries(
      dimensions.map((d) => {
        if (d.kind === "choice") return [d.name, Math.floor(unit() * d.size)];
        const [from, to] = d.kind === "log" ? [Math.log(d.from), Math.log(d.to)] : [d.from, d.to];
        const x =
          d.integer && d.kind === "uniform" ? from - 0.5 + unit() * (to - from + 1) : from + unit() * (to - from);
        const value = d.kind === "log" ? Math.exp(x) : x;
        return [d.name, Math.min(d.to, Math.max(d.from, d.integer ? Math.round(value) : value))];
      }),
    );
  },
};
