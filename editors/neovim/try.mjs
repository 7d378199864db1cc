// Tests the plugin in Neovim: compiles the parser into a separate folder and runs try.lua. `npm run try:neovim`.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tunebook-neovim-"));
try {
  const source = join(root, "editors", "tree-sitter-tune", "src");
  mkdirSync(join(folder, "parser"));
  const parser = [
    "-O1",
    "-shared",
    "-fPIC",
    "-I",
    source,
    join(source, "parser.c"),
    "-o",
    join(folder, "parser", "tune.so"),
  ];
  execFileSync(process.env.CC ?? "cc", parser);
  const command = [process.execPath, join(root, "dist", "kernel", "apps", "cli", "main.js"), "language-server"];
  writeFileSync(
    join(folder, "init.lua"),
    `vim.opt.runtimepath:append({ ${JSON.stringify(here)}, ${JSON.stringify(folder)} })\n` +
      `vim.g.tunebook_command = vim.json.decode([==[${JSON.stringify(command)}]==])\n`,
  );
  const { status, error } = spawnSync(
    "nvim",
    ["--headless", "-u", join(folder, "init.lua"), "-l", join(here, "try.lua")],
    {
      stdio: "inherit",
    },
  );
  if (error) console.error(`Neovim did not start: ${error.message}`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
