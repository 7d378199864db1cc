/** Target `coreml`: a Core ML package of Manifest.json, the ML Program, and its weight file. */
import { emitCoreMl, packageManifest, PACKAGE_PATHS } from "#dsl/tensor/backends/coreml/emit.js";
import type { TargetImplementation } from "./kind.js";
import { fixedSizesOf, halfPrecisionTolerance, fixedShapeProblem, maxWrittenTokens } from "./shared/fixed-shape.js";
import { forwardProgramOf, graphFileOf, programWeights } from "./shared/forward.js";
import { writeConfigAndTokenizer } from "./shared/companion-files.js";

/** Maximum batch size if it is flexible: Core ML needs an upper bound for each range. */
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
    await writeConfigAndTokenizer(model, out);
    return {
      graphs: { forward: graphFileOf(PACKAGE_PATHS.model, program, model, fixed) },
      ...(half ? halfPrecisionTolerance(model) : { tolerance: 1e-4 }),
    };
  },
  // No example is printed, because Swift code can't be tested here.
  calls: () => [],
};
