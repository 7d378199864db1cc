// A figure in the panel, as the cells draw it: the same renderer, kept while it is shown, so that zoom and hover stay.
import { Widget } from "@lumino/widgets";
import { MimeModel } from "@jupyterlab/rendermime";
import { createElement as h, useEffect, useLayoutEffect, useRef } from "react";

const plotly = "application/vnd.plotly.v1+json";

export function Figure({ figure, actions, label }) {
  const place = useRef(null);
  const renderer = useRef(null);
  // While the place is still in the page: a widget can't be taken out of a page that it has left.
  useLayoutEffect(() => {
    const made = actions.figure(plotly);
    renderer.current = made;
    Widget.attach(made, place.current);
    const observer = new window.ResizeObserver(() => made.onResize?.());
    observer.observe(place.current);
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
