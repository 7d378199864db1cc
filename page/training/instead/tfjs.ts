/** Browser replacement for kernel/engines/tfjs/library.ts: tfjs as modules for a bundler. */
import * as tf from "@tensorflow/tfjs-core";
import type * as node from "#kernel/engines/tfjs/library.js";

export { tf };
export const copyNumbers: typeof node.copyNumbers = (x) => x.dataSync().slice();
