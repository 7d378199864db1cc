// Renders figures and Markdown in the panel with JupyterLab's own renderers, as in cells. Renderers are reused while
// visible, so that zoom and hover state are preserved. Nothing is trusted: JupyterLab sanitises the Markdown.
import { Widget } from "@lumino/widgets";
import { MimeModel } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { useEffect, useLayoutEffect, useMemo, useRef, type JSX, type ReactElement } from "react";
import type { Figure as Drawn } from "#kernel/display/figure.js";
import { h } from "./element.js";
import type { Actions } from "./panel-actions.js";

interface RenderedProps {
  readonly actions: Actions;
  readonly mime: string;
  readonly data: unknown;
  readonly place: JSX.IntrinsicElements["div"];
}

function Rendered({ actions, mime, data, place }: RenderedProps): ReactElement {
  const node = useRef<HTMLDivElement>(null);
  const renderer = useRef<IRenderMime.IRenderer | null>(null);
  // Runs while the element is still in the page: Lumino cannot detach a widget from an element that has left it.
  useLayoutEffect(() => {
    const { current } = node;
    if (!current) return;
    const made = actions.renderer(mime);
    renderer.current = made;
    Widget.attach(made, current);
    const observer = new window.ResizeObserver(() => made.processMessage(Widget.ResizeMessage.UnknownSize));
    observer.observe(current);
    return () => {
      observer.disconnect();
      renderer.current = null;
      if (made.isAttached && made.node.isConnected) Widget.detach(made);
      made.dispose();
    };
  }, []);
  useEffect(() => {
    void renderer.current?.renderModel(new MimeModel({ data: { [mime]: data } }));
  }, [data]);
  return h("div", { ...place, ref: node });
}

interface FigureProps extends Pick<RenderedProps, "actions"> {
  readonly figure: Drawn;
  readonly label: string;
}

export function Figure({ figure, actions, label }: FigureProps): ReactElement {
  const place = { className: "tunebook-curves", role: "img", "aria-label": label };
  return h(Rendered, { actions, mime: "application/vnd.plotly.v1+json", data: figure, place });
}

interface ProseProps extends Pick<RenderedProps, "actions"> {
  readonly markdown: string;
  readonly label: string;
}

/** Renders Markdown without the front matter of a model card, which contains settings for a hub. */
export function Prose({ markdown, actions, label }: ProseProps): ReactElement {
  const data = useMemo(() => markdown.replace(/^---\r?\n[^]*?\r?\n---[^\S\n]*(?:\r?\n|$)/, ""), [markdown]);
  const place = { className: "tunebook-prose", role: "group", "aria-label": label, tabIndex: 0 };
  return h(Rendered, { actions, mime: "text/markdown", data, place });
}
