// A Chromium for the browser tests: `ensureBrowser()` returns the path of one that starts. It tries, in this order,
// TUNEBOOK_CHROMIUM, the PATH, and playwright's cache. Then it installs one: Debian's package if run as root on Debian,
// else playwright's download. Nothing else in Tunebook needs a browser.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ToolError } from "./python-env.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Arguments for every launch: no sandbox (tests may run as root), and no background network requests. */
export const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Returns the path of a Chromium that starts. Rejects with a ToolError: browser-named-fails, browser-missing. */
export async function ensureBrowser({ onProgress = () => {} } = {}) {
  const named = process.env.TUNEBOOK_CHROMIUM;
  if (named) {
    if (await starts(named)) return named;
    throw new ToolError(
      "browser-named-fails",
      `TUNEBOOK_CHROMIUM names ${named}, which does not start`,
      "set it to the path of a Chromium or Chrome",
    );
  }
  const found = (await firstThatStarts(names)) ?? (await cached());
  if (found) return found;
  const tried = [];
  for (const [way, bring] of [
    ["Debian's package", fromDebian],
    ["playwright's download", fromPlaywright],
  ]) {
    const why = await bring(onProgress);
    const path = (await firstThatStarts(names)) ?? (await cached());
    if (path) return path;
    tried.push(`${way}: ${why}`);
  }
  throw new ToolError(
    "browser-missing",
    `no Chromium was found and none could be brought\n${tried.join("\n")}`,
    "install Chromium or Chrome, or set TUNEBOOK_CHROMIUM to the path of one; only the browser tests need it",
  );
}

async function firstThatStarts(candidates) {
  for (const candidate of candidates)
    if (await starts(candidate)) return candidate.includes("/") ? candidate : onPath(candidate);
  return undefined;
}

function onPath(name) {
  const folders = (process.env.PATH ?? "").split(process.platform === "win32" ? ";" : ":");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name;
}

async function cached() {
  const { chromium } = await import("playwright-core");
  const path = chromium.executablePath();
  return path && existsSync(path) && (await starts(path)) ? path : undefined;
}

async function starts(command) {
  const { code, text } = await run(command, ["--version"], 20_000);
  return code === 0 && /\d+\.\d+/.test(text);
}

async function fromDebian(onProgress) {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "this is not root on Linux";
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  if (!/^ID(_LIKE)?=.*debian/m.test(release) || /^ID=.*ubuntu/m.test(release)) return "this is not Debian";
  onProgress("installing Debian's chromium");
  const install = [
    "-o",
    "DPkg::Lock::Timeout=300",
    "install",
    "-y",
    "--no-install-recommends",
    "chromium",
    "fonts-dejavu-core",
  ];
  const first = await run("apt-get", install, 600_000);
  if (first.code === 0) return "installed, but it does not start";
  await run("apt-get", ["-o", "DPkg::Lock::Timeout=300", "update"], 300_000);
  const second = await run("apt-get", install, 600_000);
  return second.code === 0 ? "installed, but it does not start" : lastLine(second.text);
}

async function fromPlaywright(onProgress) {
  onProgress("downloading playwright's chromium");
  const cli = join(dirname(createRequire(import.meta.url).resolve("playwright-core/package.json")), "cli.js");
  const { code, text } = await run(process.execPath, [cli, "install", "chromium", "--only-shell"], 600_000);
  return code === 0 ? "downloaded, but it does not start" : lastLine(text);
}

function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "no reason was given";
}

/** Returns the exit code and the output; 127 for a command that cannot be started, 124 after the time limit. */
function run(command, args, milliseconds) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    let text = "";
    const late = setTimeout(() => child.kill("SIGKILL"), milliseconds);
    const end = (code) => {
      clearTimeout(late);
      done({ code, text });
    };
    child.stdout.on("data", (chunk) => (text += chunk));
    child.stderr.on("data", (chunk) => (text += chunk));
    child.on("error", () => end(127));
    child.on("close", (code) => end(code ?? 124));
  });
}
