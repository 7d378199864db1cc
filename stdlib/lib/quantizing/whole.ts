/** A model's weights rounded: the numbers that stand for them, and how they lie in a file. */
import type { NDArray } from "#dsl/graph/program.js";
import { ofRounded, roundedBy } from "#dsl/graph/numbers/rounding.js";
import type { MadeWhole, Whole } from "../../kinds/stage.js";
import { quantizedConfig, type Quantized } from "../models/quantized.js";
import { liesOf } from "./lies.js";

export function quantizedWhole({ facts, family, read }: Whole, how: Quantized): MadeWhole {
  const lies = liesOf(facts.shapes, family, how.weights);
  return {
    config: { ...facts.config, ...quantizedConfig(how) },
    shapes: facts.shapes,
    lies,
    tensor(name): NDArray {
      const array = read(name);
      const own = lies[name];
      const [first, second] = array.shape;
      if (!own || first === undefined || second === undefined) return array;
      const x = new Float32Array(array.bytes.buffer, array.bytes.byteOffset, array.bytes.byteLength / 4);
      const values = ofRounded(roundedBy(x, [first, second], own));
      return { ...array, bytes: new Uint8Array(values.buffer) };
    },
  };
}
