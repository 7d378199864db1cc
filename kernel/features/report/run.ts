/** `report`: one page of what was trained, swept or kept, into a file; what it shows is what the notebook showed. */
import { lstatSync, mkdirSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Action } from "#dsl/compiler/plan/action.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { demandThere, writing } from "../../runs/folder-errors.js";
import { readRegular } from "../../runs/read-regular.js";
import { shownOf } from "../../display/bundle.js";
import { card, code, html } from "../../display/html.js";
import { MARK, reportPage, type Section } from "../../display/report-page.js";
import { bytes } from "../../host/text.js";
import { findRun } from "../../runs/history/find-run.js";
import { folderName } from "#stdlib/trackers/shared/names.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { ASIDE, isVerifying, placeFor } from "../../session/verifying.js";
import { version } from "../../session/version.js";
import { reportOfRun, type Written } from "./of-run.js";
import { reportOfSweep } from "./of-sweep.js";

type Report = Extract<Action, { verb: "report" }>;

export async function runReport(session: OpenSession, action: Report, stage: Stage): Promise<void> {
  const { folder } = stage.hostContext;
  const written: Written[] = [];
  for (const of of action.of) {
    stage.signal?.throwIfAborted();
    if ("run" in of)
      written.push(
        await reportOfRun(session, findRun(of.run, { folder, runs: session.runs }), { ...action, name: null }, stage),
      );
    else if (of.is === "sweep") written.push(...(await reportOfSweep(session, of.name, action, stage)));
    else written.push(await reportOfModel(session, of.name, action, stage));
  }
  const named = resolve(
    folder,
    action.path ?? `${folderName(written.map(({ name }) => name).join("-")).replace(/\s+/g, "-")}-report.html`,
  );
  const path = placeFor(session, named);
  demandFree(path);
  const several = written.length > 1;
  const at = new Date().toISOString().slice(0, 16).replace("T", " ");
  const page = reportPage({
    title: written.map(({ name }) => name).join(", "),
    says: written.flatMap(({ says }) => says),
    sections: written.flatMap(({ name, sections }) =>
      sections.map((one): Section => (several ? { ...one, title: `${name}: ${one.title}` } : one)),
    ),
    foot: `Written by Tunebook ${version} at ${at} UTC. It needs no network and no program but a browser.`,
  });
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic.sync(path, page);
  } catch (error) {
    throw writing(error, path);
  }
  const shown = relative(folder, named) || basename(named);
  const size = `, ${bytes(Buffer.byteLength(page))}${isVerifying(session) ? `. ${ASIDE}` : ""}`;
  stage.screen.display(shownOf(`Report: ${shown}${size}`, card(null, html`Report: ${code(shown)}${size}`)));
}

async function reportOfModel(session: OpenSession, name: string, action: Report, stage: Stage): Promise<Written> {
  const { weights } = session.models.get(name);
  if (!weights) throw new CodedError("not-trained", { model: name });
  demandThere(weights.folder);
  const run = findRun(weights.folder, { folder: stage.hostContext.folder, runs: session.runs });
  return reportOfRun(session, run, { ...action, name }, stage);
}

/** Coded error `report-taken`. */
function demandFree(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  const why = found.isDirectory()
    ? "a folder is there"
    : !found.isFile()
      ? "it is no regular file"
      : readRegular(path)?.startsWith(MARK)
        ? null
        : "another file is there, which no report wrote";
  if (why !== null) throw new CodedError("report-taken", { path: basename(path), why });
}
