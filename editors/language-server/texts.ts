/** The texts open in an editor, and the context that Tune's assistant needs for each. */
import { LRUCache } from "lru-cache";
import { NotebookDocuments, TextDocuments, type Connection, type Position } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { nameOccurrenceAt, type NameOccurrence } from "#dsl/assist/occurrences.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { withoutMagic } from "#dsl/language/syntax/cell.js";
import { openAssistant } from "#kernel/apps/jupyter/cells/open-assistant.js";
import type { TuneAssistant } from "#kernel/assist/tune-assistant.js";
import { folderOf, pathOf } from "./places.js";
import type { Opened } from "./plans.js";

/** A document as the assistant needs it: its text, and the Tune texts before it. */
export interface Place {
  readonly document: TextDocument;
  readonly assistant: TuneAssistant;
  /** Whether the document is a complete program and not a notebook cell. */
  readonly whole: boolean;
  /** The documents that share names with it, including itself, in order. */
  readonly together: readonly TextDocument[];
}
/** An occurrence of a name. */
export interface NamedPlace {
  readonly place: Place;
  readonly occurrence: NameOccurrence;
}

export class Texts {
  readonly documents = new TextDocuments(TextDocument);
  readonly notebooks = new NotebookDocuments(TextDocument);
  /** Assistants by the folder that files are read from; an evicted one is recreated on demand. */
  private readonly assistants = new LRUCache<string, Promise<TuneAssistant>>({ max: 32 });

  /** `trusted`: whether a folder's files may trigger network access. */
  constructor(private readonly trusted: (folder: string) => boolean) {}

  listen(connection: Connection): void {
    this.documents.listen(connection);
    this.notebooks.listen(connection);
  }

  /** Returns undefined if the document is not open, or is a cell of another language. */
  async placeOf(uri: string): Promise<Place | undefined> {
    const notebook = this.notebookOf(uri);
    const assistant = await this.assistantIn(folderOf(notebook?.uri ?? uri));
    if (!notebook) {
      const document = this.documents.get(uri);
      return document && { document, assistant, whole: true, together: [document] };
    }
    const cells = notebook.cells
      .map((one) => this.notebooks.getCellTextDocument(one))
      .filter((one): one is TextDocument => one !== undefined && assistant.owns(one.getText()));
    const document = cells.find((one) => one.uri === uri);
    return document && { document, assistant, whole: false, together: cells };
  }

  async nameAt(uri: string, position: Position): Promise<NamedPlace | undefined> {
    const place = await this.placeOf(uri);
    const occurrence =
      place && nameOccurrenceAt(sourceOf(place.document), place.document.offsetAt(position), place.assistant.registry);
    return place && occurrence ? { place, occurrence } : undefined;
  }

  /** Returns the file, or the notebook with all its code cells. */
  opened(uri: string): Opened | undefined {
    const notebook = this.notebookOf(uri);
    if (notebook) {
      const texts = notebook.cells.map((one) => this.notebooks.getCellTextDocument(one)?.getText() ?? "");
      return { path: pathOf(notebook.uri), text: texts };
    }
    const document = this.documents.get(uri);
    return document && { path: pathOf(document.uri), text: document.getText() };
  }

  private notebookOf(uri: string) {
    const cell = this.notebooks.getNotebookCell(uri);
    return cell && this.notebooks.findNotebookDocumentForCell(cell);
  }
  private assistantIn(folder: string): Promise<TuneAssistant> {
    let made = this.assistants.get(folder);
    if (!made) this.assistants.set(folder, (made = openAssistant(folder, { trusted: this.trusted })));
    return made;
  }
}

/** Gives the assistant the texts before this one as context for the next request. */
export function informed({ assistant, document, together }: Place): TuneAssistant {
  const earlier = together.slice(0, together.indexOf(document));
  assistant.learn({ sources: earlier.map(sourceOf) });
  return assistant;
}

export function sourceOf(document: TextDocument): Source {
  return { id: document.uri, title: document.uri, text: withoutMagic(document.getText()) };
}
