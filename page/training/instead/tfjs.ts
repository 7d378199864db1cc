/** What stands in a browser for kernel/engine/tfjs/library.ts: tfjs as the modules that a bundler reads. */
import * as tf from "@tensorflow/tfjs-core";
import type * as node from "#kernel/engine/tfjs/library.js";

export { tf };
export const numbers: typeof node.numbers = (x) => x.dataSync().slice();
