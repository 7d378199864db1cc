/** A full disk is a coded error, whatever call met it. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { CodedError } from "#dsl/check/codes.js";
import "./codes.js";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Turns "no space" of any kind into the coded error `disk-full`; everything else is given back as it is. */
export function diskError(error: unknown, file: string, needed: number | null = null): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === undefined || !FULL.has(code)) return error;
  return new CodedError("disk-full", { file, needed, free: null }, { cause: error });
}

/** Refuses with `disk-full` before anything is written when `bytes` do not fit beside `file`. */
export async function demandSpace(file: string, bytes: number): Promise<void> {
  let free: number;
  try {
    const s = await statfs(dirname(file));
    free = s.bavail * s.bsize;
  } catch {
    return; // No statfs here: the write itself will tell.
  }
  if (free < bytes) throw new CodedError("disk-full", { file, needed: bytes, free });
}
