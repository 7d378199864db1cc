// Figures and Markdown in the panel, as the cells draw them: JupyterLab's own renderers, kept while they are shown, so that zoom
// and hover stay. Nothing is trusted: JupyterLab cleans what comes as Markdown.
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
  // While the place is still in the page: a widget can't be taken out of a page that it has left.
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

/** Markdown; the settings for a hub that a card begins with are not shown. */
export function Prose({ markdown, actions, label }: ProseProps): ReactElement {
  const data = useMemo(() => markdown.replace(/^---\r?\n[^]*?\r?\n---[^\S\n]*(?:\r?\n|$)/, ""), [markdown]);
  const place = { className: "tunebook-prose", role: "group", "aria-label": label, tabIndex: 0 };
  return h(Rendered, { actions, mime: "text/markdown", data, place });
}
