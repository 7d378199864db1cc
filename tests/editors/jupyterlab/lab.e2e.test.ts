/**
 * Features visible in a real JupyterLab: one server and one browser for all of them. TUNEBOOK_KEEP=1 keeps the folder
 * and its screenshots.
 */
import { join } from "node:path";
import { JupyterLab } from "./jupyterlab.js";
import { panelIn, panelNotebooks } from "./panel.js";
import { quickstartIn, quickstartNotebook } from "./quickstart.js";
import { writeSmallReviews } from "./small-reviews.js";

describe("Tunebook in JupyterLab", function () {
  this.timeout(300_000);
  let lab: JupyterLab;
  before(async () => {
    lab = await JupyterLab.start({ ...panelNotebooks, ...quickstartNotebook });
    writeSmallReviews(join(lab.folder, "books"));
  });
  after(() => lab?.stop());

  panelIn(() => lab);
  quickstartIn(() => lab);
});
