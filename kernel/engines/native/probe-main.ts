/**
 * The child process of `probeAddon`. Its argument is the addon's path; it prints one line that begins with TUNEBOOK.
 */
import { loadTensorflowBinding } from "./binding.js";

const began = performance.now();
const binding = loadTensorflowBinding(process.argv[2]!);
const [m, k, n] = [512, 768, 3072];
const filled = (rows: number, columns: number): number =>
  binding.createTensor(
    [rows, columns],
    binding.TF_FLOAT,
    Float32Array.from({ length: rows * columns }, (_, i) => ((i % 7) - 3) / 4),
  );
const [a, b] = [filled(m, k), filled(k, n)];
const loading = (performance.now() - began) / 1000;
const attributes = [
  { name: "transpose_a", type: binding.TF_ATTR_BOOL, value: false },
  { name: "transpose_b", type: binding.TF_ATTR_BOOL, value: false },
  { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
];
let best = Infinity;
for (let i = 0; i < 8; i++) {
  const start = performance.now();
  const product = binding.executeOp("MatMul", attributes, [a, b], 1)[0]!;
  const values = binding.tensorDataSync(product.id);
  best = Math.min(best, performance.now() - start);
  binding.deleteTensor(product.id);
  let expected = 0;
  for (let j = 0; j < k; j++) expected += (((((k + j) % 7) - 3) / 4) * (((j * n + 5) % 7) - 3)) / 4;
  if (Math.abs(values[n + 5]! - expected) > 1e-3)
    throw new Error(`the product is wrong: ${String(values[n + 5])}, expected ${String(expected)}`);
}
const answer = {
  version: binding.TF_Version,
  gpu: binding.isUsingGpuDevice(),
  gflops: Math.round((2 * m * k * n) / best / 1e6),
  loading: Number(loading.toFixed(2)),
};
console.log(`\nTUNEBOOK ${JSON.stringify(answer)}`);
