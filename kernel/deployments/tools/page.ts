/** Builds a demo page from a model's ONNX file, which is embedded, or loaded by the page's user. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import type { PageDemoData } from "#stdlib/targets/shared/page/demo.js";
import { renderPage } from "../page-file.js";
import type { ConversionTool } from "./tool.js";

/**
 * `demo`: the page's data except the model's size and checksum; `file`: name of a model that is not embedded, else
 * null.
 */
export const pageTool: ConversionTool = async ({ from, to, demo, tokenizer, file }) => {
  const model = await readFile(from);
  const about: PageDemoData = {
    ...(demo as Omit<PageDemoData, "model">),
    model: {
      bytes: model.length,
      sha256: createHash("sha256").update(model).digest("hex"),
      file: file as string | null,
    },
  };
  await writeFile(
    to,
    await renderPage({ demo: about, tokenizer: tokenizer as string, model: file === null ? model : null }),
  );
  if (file === null) await rm(from);
};
