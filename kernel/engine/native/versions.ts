/** The one TensorFlow that is used, and the checksums of its wheels as they were when it was chosen. */
export const TENSORFLOW_VERSION = "2.21.0";
/** The libraries are the same in the wheels of every Python version: one is chosen so that all machines use one file. */
export const PYTHON_TAG = "cp312";

export type Build = "cpu" | "gpu";

/** PyPI's project for a build; on ARM the plain project is the CPU build. */
export function projectOf(build: Build, arch: string): string {
  return build === "cpu" && arch === "x64" ? "tensorflow-cpu" : "tensorflow";
}

/** sha256 by file name; an index that states another one is not believed. */
export const KNOWN_WHEELS: Readonly<Record<string, string>> = {
  "tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl":
    "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
  "tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl":
    "b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0",
};

/** What tfjs-node-gpu 4.22.0 fetches itself, from its own host; the fallback where the wheel can't be had. */
export const PACKAGE_LIBRARY_VERSION = "2.9.1";

/** The speeds that are stated when a slower engine serves: matrix product 512×768×3072, GFLOP/s, on two cores. */
export const GFLOPS = { tensorflow: 400, wasm: 27, cpu: 1 } as const;
