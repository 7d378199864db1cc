/**
 * What the extension uses of JupyterLab 4, no more: its own declarations would bring 280 packages and 330 MB (Mermaid among
 * them). Addresses: https://jupyterlab.readthedocs.io/en/stable/api/; of shared texts https://jupyter-ydoc.readthedocs.io/.
 */
declare module "@jupyterlab/application" {
  import type { CommandRegistry } from "@lumino/commands";
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";

  export interface JupyterFrontEnd {
    readonly commands: CommandRegistry;
    readonly shell: {
      add(widget: Widget, area?: string, options?: IPlaceOptions): void;
      activateById(id: string): void;
    };
  }
  interface IPlaceOptions {
    rank?: number;
    mode?: "tab-after";
    ref?: string;
    type?: string;
  }
  export interface ILayoutRestorer {
    add(widget: Widget, name: string): void;
  }
  export const ILayoutRestorer: Token<ILayoutRestorer>;
}

declare module "@jupyterlab/ui-components" {
  import type { Widget as LuminoWidget } from "@lumino/widgets";
  import type { ReactElement } from "react";

  export class LabIcon {
    readonly name: string;
    constructor(options: { name: string; svgstr: string });
  }
  export abstract class ReactWidget extends LuminoWidget {
    protected abstract render(): ReactElement | null;
  }
}

declare module "@jupyterlab/apputils" {
  import type { Token } from "@lumino/coreutils";
  import type { ISignal } from "@lumino/signaling";
  import type { Widget } from "@lumino/widgets";
  import type { Kernel, KernelMessage } from "@jupyterlab/services";

  export interface ISessionContext {
    readonly ready: Promise<void>;
    readonly session: { readonly kernel: Kernel.IKernelConnection | null } | null;
    readonly disposed: ISignal<this, void>;
    readonly statusChanged: ISignal<this, KernelMessage.Status>;
    readonly kernelChanged: ISignal<this, unknown>;
    readonly iopubMessage: ISignal<this, KernelMessage.IMessage>;
  }
  export interface ICommandPalette {
    addItem(options: { command: string; category: string }): void;
  }
  export const ICommandPalette: Token<ICommandPalette>;

  export class MainAreaWidget<T extends Widget = Widget> extends Widget {
    constructor(options: { content: T });
    readonly content: T;
    readonly toolbar: Widget;
  }
  export namespace Notification {
    interface IOptions {
      /** Milliseconds. */
      autoClose?: number;
    }
    function warning(message: string, options?: IOptions): string;
    function error(message: string, options?: IOptions): string;
  }
  export namespace Dialog {
    interface IButton {
      readonly label: string;
      readonly accept: boolean;
    }
    function cancelButton(options?: Partial<IButton>): IButton;
    function warnButton(options?: Partial<IButton>): IButton;
  }
  export function showDialog(options: {
    title: string;
    body: string;
    buttons: readonly Dialog.IButton[];
    /** Its place among them. */
    defaultButton: number;
  }): Promise<{ readonly button: Dialog.IButton }>;
}

declare module "@jupyterlab/services" {
  export namespace KernelMessage {
    type Status = "unknown" | "starting" | "idle" | "busy" | "terminating" | "restarting" | "autorestarting" | "dead";
    interface IMessage {
      readonly header: { readonly msg_type: string };
      readonly content: Readonly<Record<string, unknown>>;
    }
  }
  export namespace Kernel {
    interface IKernelConnection {
      readonly isDisposed: boolean;
      readonly status: KernelMessage.Status;
      /** Of the kernel's first answer to what it is. */
      readonly info: Promise<{ readonly implementation: string }>;
      requestKernelInfo(): Promise<unknown>;
      createComm(target: string): IComm;
    }
    interface IComm {
      readonly isDisposed: boolean;
      onMsg: (message: { readonly content: { readonly data: Readonly<Record<string, unknown>> } }) => void;
      onClose: () => void;
      open(data: object): void;
      send(data: object): void;
      close(): void;
    }
  }
}

declare module "@jupyter/ydoc" {
  /** Offsets are UTF-16 units. */
  export interface ISharedText {
    getSource(): string;
    setSource(text: string): void;
    updateSource(start: number, end: number, text?: string): void;
    /** Of texts that can take back what was typed; not in the interface, but on every cell. */
    readonly undoManager?: { stopCapturing(): void } | null;
  }
}

declare module "@jupyterlab/codeeditor" {
  import type { ISharedText } from "@jupyter/ydoc";
  import type { ISignal } from "@lumino/signaling";

  export namespace CodeEditor {
    interface IPosition {
      readonly line: number;
      readonly column: number;
    }
    interface IRange {
      readonly start: IPosition;
      readonly end: IPosition;
    }
    /** A code cell's is the cell's own model; consoles and files have others. */
    interface IModel {
      readonly type: string;
      readonly sharedModel: ISharedText;
      readonly selections: { readonly changed: ISignal<object, unknown> };
    }
    interface IEditor {
      readonly model: IModel;
      focus(): void;
      getCursorPosition(): IPosition;
      getOffsetAt(position: IPosition): number;
      getPositionAt(offset: number): IPosition | undefined;
      setSelection(range: IRange): void;
      revealSelection(range: IRange): void;
    }
  }
}

declare module "@jupyterlab/cells" {
  import type { CodeEditor } from "@jupyterlab/codeeditor";
  import type { Widget } from "@lumino/widgets";

  export interface ICellModel extends CodeEditor.IModel {
    readonly id: string;
  }
  export class Cell extends Widget {
    readonly model: ICellModel;
    /** Null until it is drawn, which `ready` tells. */
    readonly editor: CodeEditor.IEditor | null;
    readonly ready: Promise<void>;
  }
}

declare module "@jupyterlab/notebook" {
  import type { ISessionContext } from "@jupyterlab/apputils";
  import type { Cell, ICellModel } from "@jupyterlab/cells";
  import type { IRenderMimeRegistry } from "@jupyterlab/rendermime";
  import type { Token } from "@lumino/coreutils";
  import type { ISignal } from "@lumino/signaling";
  import type { Widget } from "@lumino/widgets";

  export interface INotebookModel {
    readonly cells: Iterable<ICellModel>;
    readonly contentChanged: ISignal<this, void>;
  }
  export class Notebook extends Widget {
    /** Its own: what is added serves this notebook alone. */
    readonly rendermime: IRenderMimeRegistry;
    readonly model: INotebookModel | null;
    readonly modelChanged: ISignal<this, void>;
    readonly widgets: readonly Cell[];
    readonly activeCell: Cell | null;
    activeCellIndex: number;
    readonly activeCellChanged: ISignal<this, Cell | null>;
    mode: "command" | "edit";
    scrollToItem(index: number, align?: "auto" | "smart"): Promise<void>;
  }
  export class NotebookPanel extends Widget {
    readonly content: Notebook;
    readonly context: { readonly path: string; readonly pathChanged: ISignal<object, string> };
    readonly sessionContext: ISessionContext;
  }
  export namespace NotebookActions {
    function insertBelow(notebook: Notebook): void;
    function run(notebook: Notebook, sessionContext: ISessionContext): Promise<boolean>;
  }
  export interface INotebookTracker {
    readonly currentWidget: NotebookPanel | null;
    readonly currentChanged: ISignal<this, NotebookPanel | null>;
    readonly widgetAdded: ISignal<this, NotebookPanel>;
    find(fits: (panel: NotebookPanel) => boolean): NotebookPanel | undefined;
    forEach(visit: (panel: NotebookPanel) => void): void;
  }
  export const INotebookTracker: Token<INotebookTracker>;
}

declare module "@jupyterlab/codemirror" {
  import type { LanguageSupport } from "@codemirror/language";
  import type { Extension } from "@codemirror/state";
  import type { CodeEditor } from "@jupyterlab/codeeditor";
  import type { Token } from "@lumino/coreutils";

  export interface IEditorExtensionRegistry {
    addExtension(extension: {
      name: string;
      /** Called for every editor that is made. */
      factory: (options: { readonly model: CodeEditor.IModel }) => {
        instance(): Extension;
        reconfigure(): null;
      } | null;
    }): void;
  }
  export const IEditorExtensionRegistry: Token<IEditorExtensionRegistry>;
  export interface IEditorLanguageRegistry {
    addLanguage(language: {
      name: string;
      displayName: string;
      mime: string;
      extensions: readonly string[];
      support: LanguageSupport;
    }): void;
  }
  export const IEditorLanguageRegistry: Token<IEditorLanguageRegistry>;
}

declare module "@jupyterlab/completer" {
  import type { CodeEditor } from "@jupyterlab/codeeditor";
  import type { Token } from "@lumino/coreutils";
  import type { Widget } from "@lumino/widgets";

  export namespace CompletionHandler {
    interface ICompletionItem {
      label: string;
      insertText?: string;
      type?: string;
      documentation?: string;
    }
    /** Offsets count code points. */
    interface ICompletionItemsReply {
      start: number;
      end: number;
      items: ICompletionItem[];
    }
  }
  export namespace Completer {
    interface IModel {
      setCompletionItems(items: CompletionHandler.ICompletionItem[]): void;
    }
    class Renderer {
      createCompletionItemNode(item: CompletionHandler.ICompletionItem, types: string[]): HTMLLIElement;
      itemWidthHeuristic(item: CompletionHandler.ICompletionItem): number;
    }
  }
  export class CompleterModel implements Completer.IModel {
    setCompletionItems(items: CompletionHandler.ICompletionItem[]): void;
  }
  export interface ICompletionContext {
    /** Whatever asks: a notebook, a console, a file. */
    widget: Widget;
    editor?: CodeEditor.IEditor | null;
    session?: object | null;
  }
  export interface ICompletionProvider {
    readonly identifier: string;
    readonly rank?: number;
    readonly renderer?: Completer.Renderer | null;
    modelFactory?(context: ICompletionContext): Promise<Completer.IModel>;
    isApplicable(context: ICompletionContext): Promise<boolean>;
    fetch(
      request: { readonly offset: number; readonly text: string },
      context: ICompletionContext,
    ): Promise<CompletionHandler.ICompletionItemsReply>;
  }
  export interface ICompletionProviderManager {
    registerProvider(provider: ICompletionProvider): void;
  }
  export const ICompletionProviderManager: Token<ICompletionProviderManager>;
}

declare module "@jupyterlab/rendermime" {
  import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
  import type { Token } from "@lumino/coreutils";

  export class MimeModel implements IRenderMime.IMimeModel {
    constructor(options: { data: Readonly<Record<string, unknown>> });
    readonly data: Readonly<Record<string, unknown>>;
  }
  export interface IRenderMimeRegistry {
    createRenderer(mime: string): IRenderMime.IRenderer;
    addFactory(factory: {
      readonly safe: boolean;
      readonly mimeTypes: readonly string[];
      readonly defaultRank: number;
      createRenderer(): IRenderMime.IRenderer;
    }): void;
  }
  export const IRenderMimeRegistry: Token<IRenderMimeRegistry>;
}

declare module "@jupyterlab/rendermime-interfaces" {
  import type { Widget } from "@lumino/widgets";

  export namespace IRenderMime {
    interface IMimeModel {
      readonly data: Readonly<Record<string, unknown>>;
    }
    interface IRenderer extends Widget {
      renderModel(model: IMimeModel): Promise<void>;
    }
    interface IExtension {
      readonly id: string;
      readonly description?: string;
      readonly dataType?: "string" | "json";
      readonly rank?: number;
      readonly rendererFactory: {
        readonly safe: boolean;
        readonly mimeTypes: readonly string[];
        createRenderer(): IRenderer;
      };
    }
  }
}

declare module "@jupyterlab/coreutils" {
  export namespace PageConfig {
    function getBaseUrl(): string;
  }
  export namespace URLExt {
    function join(...parts: string[]): string;
    function encodeParts(path: string): string;
  }
}
