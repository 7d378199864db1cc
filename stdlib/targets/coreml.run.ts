/** A Core ML package: Manifest.json, the ML Program, and the file of its weights. */
import { emitCoreMl, manifest, PLACES } from "#dsl/tensor/backends/coreml/emit.js";
import type { TargetImplementation } from "./kind.js";
import { fixedSizes, halved, noShape, roomIn } from "./shared/fixed-shape.js";
import { forwardOf, graphFile, weightsOf } from "./shared/forward.js";
import { writeCompanions } from "./shared/companion-files.js";

/** Texts at once where that is free: Core ML asks for an end of each range. */
const MOST_TEXTS = 64;

export const coreml: TargetImplementation = {
  refuses: (call, model) => noShape(call, model),
  room: roomIn,
  async write(call, model, out) {
    const program = forwardOf(model);
    const fixed = fixedSizes(call, model);
    const half = call.arguments["quantize"] === "f16";
    const { model: bytes, weights } = emitCoreMl(program, await weightsOf(model, program), {
      fixed,
      half,
      about: model.name,
      most: { batch: MOST_TEXTS, length: model.maxLength, targets_length: model.maxLength },
    });
    await out.write(PLACES.manifest, manifest());
    await out.write(PLACES.model, bytes);
    await out.write(PLACES.weights, weights.bytes());
    await writeCompanions(model, out);
    return {
      graphs: { forward: graphFile(PLACES.model, program, model, fixed) },
      ...(half ? halved(model) : { tolerance: 1e-4 }),
    };
  },
  // Swift can't be run here: what isn't run isn't printed.
  calls: () => [],
};
