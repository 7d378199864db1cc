/**
 * What the extension uses of the widgets under JupyterLab, and of plotly; jupyterlab.d.ts says why. Addresses:
 * https://lumino.readthedocs.io/en/stable/api/, https://plotly.com/javascript/plotlyjs-function-reference/.
 */
declare module "@lumino/signaling" {
  export type Slot<Sender, Args> = (sender: Sender, args: Args) => void;
  export interface ISignal<Sender, Args> {
    connect(slot: Slot<Sender, Args>, thisArg?: object): boolean;
    disconnect(slot: Slot<Sender, Args>, thisArg?: object): boolean;
  }
}

declare module "@lumino/messaging" {
  export class Message {
    readonly type: string;
  }
}

declare module "@lumino/coreutils" {
  /** Names a service; a plugin that asks for it is given one. */
  export class Token<T> {
    readonly name: string;
    /** Never there: it ties the name to the service's type. */
    private readonly _tokenStructuralPropertyT: T;
  }
}

declare module "@lumino/widgets" {
  import type { LabIcon } from "@jupyterlab/ui-components";
  import type { Message } from "@lumino/messaging";
  import type { ISignal } from "@lumino/signaling";

  export class Widget {
    id: string;
    readonly node: HTMLElement;
    readonly title: { label: string; caption: string; icon: LabIcon | undefined; closable: boolean };
    readonly parent: Widget | null;
    readonly isDisposed: boolean;
    readonly isAttached: boolean;
    readonly isVisible: boolean;
    readonly disposed: ISignal<this, void>;
    addClass(name: string): void;
    hide(): void;
    dispose(): void;
    processMessage(message: Message): void;
    protected onAfterShow(message: Message): void;
    protected onAfterHide(message: Message): void;
    protected onAfterAttach(message: Message): void;
    protected onBeforeDetach(message: Message): void;
    protected onResize(message: Message): void;
  }
  export namespace Widget {
    /** Hosts must be in the page. */
    function attach(widget: Widget, host: HTMLElement): void;
    function detach(widget: Widget): void;
    namespace ResizeMessage {
      const UnknownSize: Message;
    }
  }
  export class Panel extends Widget {
    addWidget(widget: Widget): void;
  }
  export class SplitPanel extends Widget {
    relativeSizes(): number[];
    setRelativeSizes(sizes: number[]): void;
  }
}

declare module "@lumino/commands" {
  import type { LabIcon } from "@jupyterlab/ui-components";

  export interface CommandRegistry {
    addCommand(id: string, options: CommandRegistry.ICommandOptions): void;
    addKeyBinding(options: { command: string; keys: readonly string[]; selector: string }): void;
    hasCommand(id: string): boolean;
    execute(id: string, args?: Readonly<Record<string, string | boolean>>): Promise<unknown>;
  }
  export namespace CommandRegistry {
    interface ICommandOptions {
      label: string;
      caption?: string;
      icon?: LabIcon;
      isEnabled?: () => boolean;
      execute: () => unknown;
    }
  }
}

declare module "plotly.js-dist-min" {
  /** What a figure is made of is plotly's own business: https://plotly.com/javascript/reference/. */
  type Parts = Readonly<Record<string, unknown>>;
  const plotly: {
    /** Draws into the node, or changes what is drawn there. Writes into what it is given. */
    react(node: HTMLElement, data: readonly Parts[], layout: Parts, config: Parts): Promise<unknown>;
    restyle(node: HTMLElement, change: Parts, traces: readonly number[]): Promise<unknown>;
    relayout(node: HTMLElement, change: Parts): Promise<unknown>;
    purge(node: HTMLElement): void;
    readonly Plots: { resize(node: HTMLElement): void };
  };
  export default plotly;
}

/** Styles, which the extension's bundler takes along. */
declare module "*.css";
