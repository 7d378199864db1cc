/**
 * A process that sets up TensorFlow in its own cache, for tests with several such processes. Prints the result as JSON.
 */
import "#tests/register-codes.js";
import { setUpTensorflow } from "#kernel/engines/native/setup.js";

const library = process.argv[3];
const result = await setUpTensorflow({ cache: process.argv[2]!, build: "cpu", ...(library ? { library } : {}) });
console.log(
  JSON.stringify({
    ...result,
    failures: result.failures.map((f) => f.code),
    words: result.failures.map((f) => f.message),
  }),
);
