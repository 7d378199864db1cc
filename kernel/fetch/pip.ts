/**
 * Reads pip's configuration without pip: index, extra indexes and certificates, from pip's configuration files (system,
 * user, environment) and its environment variables; later ones take precedence, as in pip.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { xdgFolder } from "./xdg.js";

export interface PipSettings {
  /** The index first, then the extra ones; each without a trailing slash. */
  readonly indexes: readonly string[];
  /** A PEM file of certificates to trust in addition to Node's own. */
  readonly certificates?: string;
}

const PUBLIC_INDEX = "https://pypi.org/simple";

/** Tests pass `env`. */
export function pipSettings(env: Readonly<Record<string, string | undefined>> = process.env): PipSettings {
  const values = new Map<string, string>();
  if (env["PIP_ISOLATED"] === undefined)
    for (const file of configurationFiles(env))
      for (const section of ["global", "install", "download"])
        for (const [key, value] of read(file).get(section) ?? []) values.set(key, value);
  for (const key of ["index-url", "extra-index-url", "cert", "no-index"]) {
    const set = env[`PIP_${key.toUpperCase().replaceAll("-", "_")}`];
    if (set !== undefined && set !== "") values.set(key, set);
  }
  const extra = (values.get("extra-index-url") ?? "").split(/\s+/).filter((s) => s !== "");
  const certificates = values.get("cert");
  return {
    indexes: [values.get("index-url") ?? PUBLIC_INDEX, ...extra].map((url) => url.replace(/\/+$/, "")),
    ...(certificates === undefined ? {} : { certificates }),
  };
}

function configurationFiles(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const home = env["HOME"] ?? homedir();
  const one = env["PIP_CONFIG_FILE"];
  if (one === "/dev/null" || one === "nul") return [];
  const files: string[] = [];
  if (process.platform === "win32") {
    files.push(join(env["ProgramData"] ?? "C:\\ProgramData", "pip", "pip.ini"), join(home, "pip", "pip.ini"));
    if (env["APPDATA"] !== undefined) files.push(join(env["APPDATA"], "pip", "pip.ini"));
  } else {
    for (const folder of (env["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":")) files.push(join(folder, "pip", "pip.conf"));
    files.push("/etc/pip.conf", join(home, ".pip", "pip.conf"));
    if (process.platform === "darwin") files.push(join(home, "Library", "Application Support", "pip", "pip.conf"));
    files.push(join(xdgFolder("XDG_CONFIG_HOME", env, home), "pip", "pip.conf"));
  }
  if (env["VIRTUAL_ENV"] !== undefined)
    files.push(join(env["VIRTUAL_ENV"], process.platform === "win32" ? "pip.ini" : "pip.conf"));
  if (one !== undefined) files.push(one);
  return files;
}

/** Sections of an INI file in pip's dialect: `key = value`, indented lines are continuations; keys in kebab case. */
function read(file: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return sections; // Most locations have no file.
  }
  let section = new Map<string, string>();
  let key = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const heading = /^\[(.+)\]\s*$/.exec(line);
    const pair = /^([A-Za-z][\w-]*)\s*[=:]\s*(.*)$/.exec(line);
    if (heading) {
      section = sections.get(heading[1]!) ?? new Map<string, string>();
      sections.set(heading[1]!, section);
    } else if (pair) {
      key = pair[1]!.toLowerCase().replaceAll("_", "-");
      section.set(key, pair[2]!.trim());
    } else if (/^\s/.test(line) && key !== "") section.set(key, `${section.get(key) ?? ""}\n${line.trim()}`.trim());
  }
  return sections;
}
