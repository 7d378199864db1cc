/** A model's graph as one bundle: the picture, a folded table of all layers, and an outline for a terminal. */
import type { OutlineLayer, ProgramOutline } from "#dsl/tensor/outline.js";
import { typeText, type Sizes } from "#dsl/tensor/shape.js";
import { displayOutputOf } from "../bundle.js";
import { layerCardsOf, drawGraph, opsText } from "./graph-picture.js";
import { card, code, html, htmlTable, note, svgImage, type HtmlPart, type DisplayOutput } from "../html.js";
import { byteSizeText, compactNumber, groupedNumber, formatPercent } from "../../host/value-text.js";
import { textTable } from "../text-table.js";

export interface GraphFacts {
  readonly model: string;
  /** `train` or `evaluate`. */
  readonly program: string;
  readonly sizes: Sizes;
}

export function graphView(outline: ProgramOutline, { model, program, sizes }: GraphFacts): DisplayOutput {
  const title = `${model}: one ${program === "train" ? "training step" : `run of ${program}`}`;
  const facts = [
    Object.entries(sizes)
      .map(([name, n]) => `${name} ${groupedNumber(n)}`)
      .join(", "),
    `${compactNumber(outline.parameters)} parameters`,
    outline.trainable > 0 &&
      `${compactNumber(outline.trainable)} trained (${formatPercent(outline.trainable / outline.parameters, 2)})`,
    `${compactNumber(outline.forward)}FLOP forward`,
    outline.backward > 0 && `${compactNumber(outline.backward)}FLOP backward`,
    outline.keptBytes > 0 && `${byteSizeText(outline.keptBytes)} kept`,
    `${groupedNumber(outline.nodes)} nodes`,
  ].filter(Boolean);
  const caption = facts.join(" · ");
  // The picture is no wider than a notebook, so the number of nodes is in the text only.
  const { svg, width, height } = drawGraph(outline, title, facts.slice(0, -1).join(" · "));
  const head = ["layer", "operation", "gives", "parameters", "work", "kept"];
  const align = ["left", "left", "left", "right", "right", "right"] as const;
  const rows = rowsOf(outline);
  return displayOutputOf(
    [
      title,
      caption,
      "",
      textTable(
        head,
        rows.map((r) => r.cells.map(String)),
        align,
      ),
    ].join("\n"),
    card(
      null,
      svgImage(svg, `${title}. ${caption}`, width, height),
      html`<details style="margin:2px 0 6px">
        <summary style="cursor:pointer">every layer as a table</summary>
        ${htmlTable({ head, align, rows: rows.map(({ cells }): HtmlPart[] => [code(cells[0]!), ...cells.slice(1)]) })}
      </details>`,
      note("* trains; work and memory for the backward pass are totals of all layers per row"),
    ),
    { "image/svg+xml": svg },
  );
}

interface Row {
  readonly cells: readonly string[];
}
function rowsOf(outline: ProgramOutline): readonly Row[] {
  const all = outline.forward + outline.backward || 1;
  const cells = (name: string, layer: OutlineLayer, times: number, outer: boolean): Row => ({
    cells: [
      name,
      outer ? "" : opsText(layer.ops),
      layer.output && !outer ? typeText(layer.output) : "",
      layer.parameters > 0 ? `${layer.trainable > 0 ? "* " : ""}${compactNumber(layer.parameters / times)}` : "",
      formatPercent((layer.forward + layer.backward) / all),
      layer.keptBytes > 0 ? byteSizeText(layer.keptBytes) : "",
    ],
  });
  return layerCardsOf(outline.layers).flatMap(({ title, count: n, layer, lines }) => {
    const single = lines.length === 1;
    return [
      cells(n > 1 ? `${title}  × ${n}` : title, layer, n, !single),
      ...(single ? [] : lines.map((line) => cells(`  ${line.name}`, line.layer, n, false))),
    ];
  });
}
