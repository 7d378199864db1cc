/**
 * The kernel specification: the folder by which Jupyter finds this kernel. It is written next to its final path and
 * renamed, so that it is complete or missing; a folder that another program wrote is never touched.
 */
import * as v from "valibot";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { objectWith, readJsonCacheFile } from "../../../../fetch/json.js";
import { version } from "../../../../session/version.js";
import type { Json } from "../message.js";
import { deflateSync } from "node:zlib";

/** Tunebook's logo, a tuning fork on an open book's page, as SVG and (drawn from the same shapes) as PNG. */
type Colour = readonly [number, number, number];
const page: Colour = [0x1f, 0x4e, 0x79];
const ink: Colour = [0xff, 0xd1, 0x66];

/** Strokes of the fork on a square of 64: from, to. */
const strokes = [
  [22, 12, 22, 30],
  [42, 12, 42, 30],
  [32, 40, 32, 54],
] as const;
const stroke = 5;
const corner = 12;

export const logoSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
  <rect width="64" height="64" rx="${String(corner)}" fill="#1f4e79"/>
  <path d="M22 12V30A10 10 0 0 0 42 30V12M32 40V54" fill="none" stroke="#ffd166" stroke-width="${String(stroke)}" stroke-linecap="round"/>
</svg>
`;

/** The logo as a PNG of `size` × `size` pixels, with 4 × 4 samples each. */
export function logoPng(size: number): Buffer {
  const rows = Buffer.alloc(size * (1 + size * 4));
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) rows.set(pixel(x, y, 64 / size), y * (1 + size * 4) + 1 + x * 4);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits, RGBA, no interlacing
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND"),
  ]);
}

function pixel(x: number, y: number, scale: number): readonly [number, number, number, number] {
  const samples = 4;
  const sum = [0, 0, 0, 0];
  for (let sample = 0; sample < samples * samples; sample++) {
    const colour = colourAt(
      (x + ((sample % samples) + 0.5) / samples) * scale,
      (y + (Math.floor(sample / samples) + 0.5) / samples) * scale,
    );
    colour?.forEach((part, index) => (sum[index] = (sum[index] ?? 0) + part));
    if (colour) sum[3] = (sum[3] ?? 0) + 1;
  }
  const [red = 0, green = 0, blue = 0, covered = 0] = sum;
  const mean = (part: number): number => (covered === 0 ? 0 : Math.round(part / covered));
  return [mean(red), mean(green), mean(blue), Math.round((covered / (samples * samples)) * 255)];
}

function colourAt(x: number, y: number): Colour | undefined {
  const beyond = (value: number): number => Math.max(0, Math.abs(value - 32) - (32 - corner));
  if (Math.hypot(beyond(x), beyond(y)) > corner) return undefined;
  const bow = y >= 30 && Math.abs(Math.hypot(x - 32, y - 30) - 10) <= stroke / 2;
  const straight = strokes.some(
    ([x1, y1, , y2]) => Math.hypot(x - x1, y - Math.min(Math.max(y, y1), y2)) <= stroke / 2,
  );
  return bow || straight ? ink : page;
}

function chunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32Of(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** CRC-32 of PNG chunks (Node has its own only from 22.2 on). */
function crc32Of(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const entry = fileURLToPath(new URL("../main.js", import.meta.url));

export interface InstalledKernel {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
  /** False if the program or the file that it names no longer exists. */
  readonly works: boolean;
}

/**
 * Writes the specification to a Jupyter data folder; returns its folder. Throws `kernel-name`, `kernel-not-ours`,
 * `folder-unwritable`.
 */
export function installKernelspec(dataFolder: string, name: string): string {
  const folder = folderOf(dataFolder, name);
  if (existsSync(folder) && !readKernel(folder)) throw new CodedError("kernel-not-ours", { folder });
  const fresh = join(dataFolder, "kernels", `.${name}.${String(process.pid)}`);
  try {
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, "kernel.json"), `${JSON.stringify(specification(), null, 2)}\n`);
    writeFileSync(join(fresh, "logo-svg.svg"), logoSvg);
    for (const size of [32, 64]) writeFileSync(join(fresh, `logo-${String(size)}x${String(size)}.png`), logoPng(size));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } catch (error) {
    // the cause of the failed write may also prevent removal
    if (existsSync(fresh)) rmSync(fresh, { recursive: true, force: true });
    throw new CodedError(
      "folder-unwritable",
      { folder: dataFolder, problem: (error as Error).message },
      { cause: error },
    );
  }
  return folder;
}

/** Removes the specification; returns its folder. Throws `kernel-not-installed`, `kernel-not-ours`, `folder-unwritable`. */
export function uninstallKernelspec(dataFolder: string, name: string): string {
  const folder = folderOf(dataFolder, name);
  if (!existsSync(folder)) throw new CodedError("kernel-not-installed", { name, looked: [dataFolder] });
  if (!readKernel(folder)) throw new CodedError("kernel-not-ours", { folder });
  try {
    rmSync(folder, { recursive: true });
  } catch (error) {
    throw new CodedError("folder-unwritable", { folder, problem: (error as Error).message }, { cause: error });
  }
  return folder;
}

/** Tunebook's kernels under these data folders. */
export function installedKernels(dataFolders: readonly string[]): readonly InstalledKernel[] {
  return dataFolders.flatMap((dataFolder) => {
    const kernels = join(dataFolder, "kernels");
    const names = existsSync(kernels) ? readdirSync(kernels).filter((name) => !name.startsWith(".")) : [];
    return names.sort().flatMap((name) => readKernel(join(kernels, name), name) ?? []);
  });
}

function specification(): Json {
  return {
    argv: [process.execPath, entry, "{connection_file}"],
    display_name: "Tunebook (TypeScript, Tune)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false, tunebook: { version } },
  };
}

function folderOf(dataFolder: string, name: string): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name)) throw new CodedError("kernel-name", { name });
  return join(dataFolder, "kernels", name);
}

/** The fields of kernel.json that are read; another program's has no `tunebook`. */
const ours = objectWith({
  argv: v.array(v.string()),
  metadata: objectWith({ tunebook: objectWith({ version: v.string() }) }),
});

/** Reads the kernel.json of a folder, if Tunebook wrote it. */
function readKernel(folder: string, name = ""): InstalledKernel | undefined {
  const found = readJsonCacheFile(join(folder, "kernel.json"), ours);
  if (!found) return undefined;
  const { argv, metadata } = found;
  const works = argv.slice(0, 2).every((file) => existsSync(file));
  return { name, folder, version: metadata.tunebook.version, works };
}
