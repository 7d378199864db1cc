/**
 * SSF (Lian et al., 2022, arXiv 2210.08823) as a user writes it: outputs of layers are scaled and shifted, and only
 * these parameters train.
 */
import type { TechniqueRecord } from "#stdlib/user-defined/record.js";
import { isTargetLayer } from "#stdlib/techniques/shared/shapes.js";

export const scaleShift: TechniqueRecord = {
  name: "scale_shift",
  doc: "Scales and shifts what linear layers give; nothing else trains.",
  parameters: [{ name: "targets", default: ["feed_forward"], doc: "Layers whose outputs are scaled and shifted." }],
  trains: (_call, path) => /\.ssf_(scale|shift)$/.test(path),
  around({ arguments: { targets } }, layers) {
    return {
      ...layers,
      linear(path, x, { activation, ...plain }) {
        const y = layers.linear(path, x, plain);
        if (!isTargetLayer(path, targets as string[])) return layers.activate(y, activation);
        const scale = layers.parameter(`${path}.ssf_scale`, [plain.out], "ones");
        const shift = layers.parameter(`${path}.ssf_shift`, [plain.out], "zeros");
        return layers.activate(y.multiply(scale).add(shift), activation);
      },
    };
  },
};
