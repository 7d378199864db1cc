/** A Core ML package: Manifest.json, the ML Program, and the file of its weights. */
import { emitCoreMl, packageManifest, PACKAGE_PATHS } from "#dsl/tensor/backends/coreml/emit.js";
import type { TargetImplementation } from "./kind.js";
import { fixedSizesOf, halfPrecisionNote, fixedShapeProblem, maxWrittenTokens } from "./shared/fixed-shape.js";
import { forwardProgramOf, graphFileOf, programWeights } from "./shared/forward.js";
import { writeCompanionFiles } from "./shared/companion-files.js";

/** Texts at once where that is free: Core ML asks for an end of each range. */
const MOST_TEXTS = 64;

export const coreml: TargetImplementation = {
  refuses: (call, model) => fixedShapeProblem(call, model),
  room: maxWrittenTokens,
  async write(call, model, out) {
    const program = forwardProgramOf(model);
    const fixed = fixedSizesOf(call, model);
    const half = call.arguments["quantize"] === "f16";
    const { model: bytes, weights } = emitCoreMl(program, await programWeights(model, program), {
      fixed,
      half,
      about: model.name,
      most: { batch: MOST_TEXTS, length: model.maxLength, targets_length: model.maxLength },
    });
    await out.write(PACKAGE_PATHS.manifest, packageManifest());
    await out.write(PACKAGE_PATHS.model, bytes);
    await out.write(PACKAGE_PATHS.weights, weights.bytes());
    await writeCompanionFiles(model, out);
    return {
      graphs: { forward: graphFileOf(PACKAGE_PATHS.model, program, model, fixed) },
      ...(half ? halfPrecisionNote(model) : { tolerance: 1e-4 }),
    };
  },
  // Swift can't be run here: what isn't run isn't printed.
  calls: () => [],
};
