// What a word means, where the mouse rests on it: the kernel's page of it as JupyterLab renders Markdown.
import { hoverTooltip } from "@codemirror/view";
import { MimeModel } from "@jupyterlab/rendermime";
import { holdsTune } from "./cell-language.js";

export function hover(model, channels, rendermime) {
  return hoverTooltip(
    async (view, offset) => {
      const code = view.state.doc.toString();
      if (!holdsTune(code)) return null;
      const channel = await channels.ofCell(model);
      const found = await channel?.ask("inspect", { code, offset });
      const markdown = found?.found && found.bundle["text/markdown"];
      if (!markdown || view.state.doc.toString() !== code) return null;
      const word = view.state.wordAt(offset);
      return {
        pos: found.start ?? word?.from ?? offset,
        end: found.end ?? word?.to ?? offset,
        above: true,
        create: () => page(markdown, rendermime),
      };
    },
    { hoverTime: 400 },
  );
}

function page(markdown, rendermime) {
  const box = document.createElement("div");
  box.className = "tunebook-hover jp-RenderedHTMLCommon";
  Object.assign(box.style, {
    maxWidth: "560px",
    maxHeight: "320px",
    overflow: "auto",
    padding: "4px 10px",
    fontSize: "12px",
  });
  const renderer = rendermime.createRenderer("text/markdown");
  void renderer.renderModel(new MimeModel({ data: { "text/markdown": markdown } }));
  box.append(renderer.node);
  return { dom: box, destroy: () => renderer.dispose() };
}
