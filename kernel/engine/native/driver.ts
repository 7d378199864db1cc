/** Whether an NVIDIA driver is there: only then is the GPU build of TensorFlow worth its size. */
import { existsSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";

export interface Driver {
  readonly present: boolean;
  /** How it was told. */
  readonly why: string;
}

export function nvidiaDriver(): Driver {
  if (process.platform !== "linux") return { present: false, why: "only looked for on Linux" };
  const proc = "/proc/driver/nvidia/version";
  if (existsSync(proc)) {
    const version = /Kernel Module\D*([\d.]+)/.exec(readFileSync(proc, "utf8"))?.[1];
    return { present: true, why: `NVIDIA driver ${version ?? "present"}` };
  }
  // WSL has the library but no /proc/driver; a container may have the library alone.
  for (const path of [
    "/usr/lib/wsl/lib/libcuda.so.1",
    "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
    "/usr/lib64/libcuda.so.1",
  ])
    if (existsSync(path)) return { present: true, why: `${path} is there` };
  for (const ldconfig of ["ldconfig", "/sbin/ldconfig"]) {
    try {
      const listed = execFileSync(ldconfig, ["-p"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      if (/\blibcuda\.so\.1\b/.test(listed)) return { present: true, why: "libcuda.so.1 is known to the linker" };
      break;
    } catch {
      // Not on the path under this name.
    }
  }
  return { present: false, why: "no NVIDIA driver (no /proc/driver/nvidia, no libcuda.so.1)" };
}
