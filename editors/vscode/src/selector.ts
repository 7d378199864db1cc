/** Selects texts that may be Tune; the server determines which TypeScript cells are. */
import type * as vscode from "vscode";
import type { DocumentSelector } from "vscode-languageclient/node";

export const selector = [
  { language: "tune" },
  { notebook: "jupyter-notebook", language: "typescript" },
] satisfies DocumentSelector & vscode.DocumentSelector;
