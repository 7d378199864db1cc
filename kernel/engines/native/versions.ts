/** The TensorFlow version in use, and the checksums of its wheels at the time it was chosen. */
export const TENSORFLOW_VERSION = "2.21.0";
/**
 * The wheels of all Python versions contain the same libraries; one tag is fixed so that all machines use the same
 * file.
 */
export const PYTHON_TAG = "cp312";

export type TensorflowBuild = "cpu" | "gpu";

/** PyPI's project for a build; on ARM the plain project is the CPU build. */
export function pypiProjectOf(build: TensorflowBuild, arch: string): string {
  return build === "cpu" && arch === "x64" ? "tensorflow-cpu" : "tensorflow";
}

/**
 * SHA-256 by file name; no other file is accepted. The CUDA libraries are the highest releases that
 * `tensorflow[and-cuda]` allowed when this was written.
 */
export const WHEEL_CHECKSUMS: Readonly<Record<string, string>> = {
  "tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl":
    "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
  "tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl":
    "b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0",
  "tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl":
    "b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552",
  "nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl":
    "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
  "nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl":
    "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
  "nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl":
    "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
  "nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl":
    "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
  "nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl":
    "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
  "nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl":
    "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
  "nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl":
    "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
  "nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl":
    "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
  "nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl":
    "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
  "nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl":
    "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
  "nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl":
    "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
  "nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl":
    "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
};

/** The version that tfjs-node-gpu 4.22.0 fetches from its own host; the fallback if the wheel is unavailable. */
export const PACKAGE_LIBRARY_VERSION = "2.9.1";
/**
 * SHA-256 of its archives. The host publishes none; these are pinned by public recipes that build on the same archives
 * (Nix, Bazel and CMake agree on the CPU archive; one of them lists the GPU archive).
 */
export const PACKAGE_LIBRARY_CHECKSUMS: Readonly<Record<TensorflowBuild, string>> = {
  cpu: "7f510d2546e3db5e10b1d119463689003d587842892ad3c95bca51cf82820173",
  gpu: "20c46f761d5905f592c4eac0812e8e50d9cb439f9440a9391912cf4c02ed8be8",
};

/** Speeds quoted in messages when a slower engine is used: matrix product 512×768×3072, GFLOP/s, on two cores. */
export const QUOTED_ENGINE_GFLOPS = { tensorflow: 400, wasm: 27, cpu: 1 } as const;
