// A figure in the panel, as the cells draw it: the same renderer, kept while it is shown, so that zoom and hover stay.
import { Widget } from "@lumino/widgets";
import { MimeModel } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { useEffect, useLayoutEffect, useRef, type ReactElement } from "react";
import type { Figure as Drawn } from "#kernel/core/display/figure.js";
import { h } from "./element.js";
import type { Actions } from "./panel-actions.js";

const plotly = "application/vnd.plotly.v1+json";

interface FigureProps {
  readonly figure: Drawn;
  readonly actions: Actions;
  readonly label: string;
}

export function Figure({ figure, actions, label }: FigureProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const renderer = useRef<IRenderMime.IRenderer | null>(null);
  // While the place is still in the page: a widget can't be taken out of a page that it has left.
  useLayoutEffect(() => {
    const node = place.current;
    if (!node) return;
    const made = actions.figure(plotly);
    renderer.current = made;
    Widget.attach(made, node);
    const observer = new window.ResizeObserver(() => made.processMessage(Widget.ResizeMessage.UnknownSize));
    observer.observe(node);
    return () => {
      observer.disconnect();
      renderer.current = null;
      if (made.isAttached && made.node.isConnected) Widget.detach(made);
      made.dispose();
    };
  }, []);
  useEffect(() => {
    void renderer.current?.renderModel(new MimeModel({ data: { [plotly]: figure } }));
  }, [figure]);
  return h("div", { className: "tunebook-curves", ref: place, role: "img", "aria-label": label });
}
