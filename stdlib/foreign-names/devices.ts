/** Names of devices and processes in other tools, with advice for `engine`. */
import { foreignNameAdvice } from "./advice.js";

export const oneDeviceAdvice =
  "one device trains: write `gpu`; `CUDA_VISIBLE_DEVICES` selects the GPU before Tunebook starts";

export const deviceAdvice = foreignNameAdvice([
  [
    "devices num_gpus n_gpu gpus gpu_ids world_size num_processes nproc_per_node num_machines distributed deepspeed fsdp",
    "remove it: one process trains, on one device; `accumulate` and `recompute` make room for more",
  ],
  [
    "strategy parallelism",
    "remove it: one process trains, on one device; `accumulate` and `recompute` make room for more",
  ],
  ["gpu use_gpu cuda use_cuda use_mps_device", "write `device: gpu`"],
  ["cpu use_cpu no_cuda", "write `device: cpu`"],
  ["device_map", "remove it: the model is on one `device`", "idle"],
]);
