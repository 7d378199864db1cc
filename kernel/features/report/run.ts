/** `report`: writes one page on a training, sweep or saved run into a file; it shows the same as the notebook. */
import { lstatSync, mkdirSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Action } from "#dsl/compiler/plan/action.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { checkFolderExists, toRunFolderError } from "../../runs/folder-errors.js";
import { readRegularFile } from "../../runs/read-events.js";
import { displayOutputOf } from "../../display/bundle.js";
import { card, code, html } from "../../display/html.js";
import { REPORT_MARK, reportPage, type ReportSection } from "../../display/report-page.js";
import { byteSizeText } from "../../host/value-text.js";
import { findRun } from "../../runs/history/find-run.js";
import { safeFolderName } from "#stdlib/trackers/shared/names.js";
import {
  type ExecutionContext,
  VERIFYING_NOTICE,
  isVerifying,
  outputPathFor,
} from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { version } from "../../session/version.js";
import { reportOfRun, type ReportContent } from "./training-report.js";
import { reportOfSweep } from "./sweep-report.js";

type Report = Extract<Action, { verb: "report" }>;

export async function runReport(session: OpenSession, action: Report, context: ExecutionContext): Promise<void> {
  const { folder } = context.hostContext;
  const written: ReportContent[] = [];
  for (const subject of action.of) {
    context.signal?.throwIfAborted();
    if ("run" in subject)
      written.push(
        await reportOfRun(
          session,
          findRun(subject.run, { folder, runs: session.runs }),
          { ...action, name: null },
          context,
        ),
      );
    else if (subject.is === "sweep") written.push(...(await reportOfSweep(session, subject.name, action, context)));
    else written.push(await reportOfModel(session, subject.name, action, context));
  }
  const named = resolve(
    folder,
    action.path ?? `${safeFolderName(written.map(({ name }) => name).join("-")).replace(/\s+/g, "-")}-report.html`,
  );
  const path = outputPathFor(session, named);
  demandFree(path);
  const several = written.length > 1;
  const time = new Date().toISOString().slice(0, 16).replace("T", " ");
  const page = reportPage({
    title: written.map(({ name }) => name).join(", "),
    says: written.flatMap(({ says }) => says),
    sections: written.flatMap(({ name, sections }) =>
      sections.map((one): ReportSection => (several ? { ...one, title: `${name}: ${one.title}` } : one)),
    ),
    foot: `Written by Tunebook ${version} at ${time} UTC. It needs no network and no program but a browser.`,
  });
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic.sync(path, page);
  } catch (error) {
    throw toRunFolderError(error, path);
  }
  const shown = relative(folder, named) || basename(named);
  const size = `, ${byteSizeText(Buffer.byteLength(page))}${isVerifying(session) ? `. ${VERIFYING_NOTICE}` : ""}`;
  context.screen.display(displayOutputOf(`Report: ${shown}${size}`, card(null, html`Report: ${code(shown)}${size}`)));
}

async function reportOfModel(
  session: OpenSession,
  name: string,
  action: Report,
  context: ExecutionContext,
): Promise<ReportContent> {
  const { weights } = session.models.get(name);
  if (!weights) throw new CodedError("not-trained", { model: name });
  checkFolderExists(weights.folder);
  const run = findRun(weights.folder, { folder: context.hostContext.folder, runs: session.runs });
  return reportOfRun(session, run, { ...action, name }, context);
}

/** Coded error `report-taken`. */
function demandFree(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  const why = found.isDirectory()
    ? "a folder is there"
    : !found.isFile()
      ? "it is no regular file"
      : readRegularFile(path)?.startsWith(REPORT_MARK)
        ? null
        : "another file is there, which no report wrote";
  if (why !== null) throw new CodedError("report-taken", { path: basename(path), why });
}
