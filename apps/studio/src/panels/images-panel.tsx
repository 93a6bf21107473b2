import type { VNode } from "preact";
import { Complaint, Figure, Range } from "../controls/controls.tsx";
import { Formula, o, paren, row, sub, v, xt } from "../math/mathml.tsx";
import { drawing, drawnImages, imageMessage, openedImages, openRun, runOfFiles } from "../session/images.ts";
import { openShipped, shippedRuns } from "../session/shipped.ts";
import type { RunFiles } from "../lab/run-record.ts";
import { eachClass, noClass, shared, sharedSpecs } from "../settings/settings.ts";
import { messageOf } from "../worker/connection.ts";
import { Panel, Part } from "./panel.tsx";

/** Flows of images. */
export function ImagesPanel(): VNode {
  const run = openedImages.value;
  return (
    <Panel title="The same, for images" lead={
        <>
          A point in the plane has two coordinates, a small image some hundred. The flow is the same: noise at <i>t</i> = 0, a picture at <i>t</i> = 1. Move the slider to see it appear.
        </>
      }>
      <Part title="Open a run">
        <p>
          A run is what <code>fluxion train mnist --out RUN</code> leaves. Choose its folder, or its files <code>options.json</code> and <code>weights.safetensors</code>; or start the page by <code>fluxion studio RUN</code>.
        </p>
        <div class="buttons">
          {shippedRuns.map((name) => (
            <button key={name} type="button" class={run ? "" : "primary"} onClick={() => void openShipped(name)}>
              Open {name}
            </button>
          ))}
          <FilesButton label="Choose a folder" folder />
          <FilesButton label="Choose files" />
        </div>
        <Complaint message={imageMessage.value} />
      </Part>
      {run ? <Drawing /> : null}
    </Panel>
  );
}

async function open(files: () => Promise<RunFiles>): Promise<void> {
  try {
    await openRun(await files());
  } catch (error) {
    imageMessage.value = messageOf(error);
  }
}

function FilesButton({ label, folder = false }: { readonly label: string; readonly folder?: boolean }): VNode {
  return (
    <label class="button">
      {label}
      <input
        class="hidden-input"
        type="file"
        multiple
        ref={(input) => {
          if (input) input.webkitdirectory = folder;
        }}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) void open(() => runOfFiles(files));
        }}
      />
    </label>
  );
}

function Drawing(): VNode | null {
  const run = openedImages.value;
  if (!run) return null;
  const { classes } = run;
  return (
    <>
      <dl class="figures">
        <Figure label="Run">{run.name}</Figure>
        <Figure label="Image">{`${run.shape[2]} × ${run.shape[1]}`}</Figure>
        <Figure label="Weights">{run.parameters.toLocaleString("en")}</Figure>
        <Figure label="Evaluations">{drawnImages.value[0]?.nfe ?? "–"}</Figure>
      </dl>
      <Part title="Draw">
        {classes === undefined ? null : <Classes classes={classes} />}
        <Range label="Images" value={shared.imageCount} spec={sharedSpecs.imageCount} />
        <Range label="Steps of the midpoint rule" value={shared.imageSteps} spec={sharedSpecs.imageSteps} />
        <Range label="Seed of the noise" value={shared.imageSeed} spec={sharedSpecs.imageSeed} />
        <div class="buttons">
          <button type="button" class="primary" onClick={() => (shared.imageSeed.value = (shared.imageSeed.value + 1) % 10_000)}>
            Other noise
          </button>
          <span class="note" role="status">
            {drawing.value ? "Drawing …" : ""}
          </span>
        </div>
      </Part>
    </>
  );
}

function Classes({ classes }: { readonly classes: number }): VNode {
  return (
    <>
      <fieldset class="choice">
        <legend>Class</legend>
        <div class="chips">
          {[eachClass, noClass, ...Array(Math.min(classes, 20)).keys()].map((label) => (
            <label key={label} class="chip">
              <input type="radio" name="class" checked={shared.imageClass.value === label} onChange={() => (shared.imageClass.value = label)} />
              <span>{label === eachClass ? "each" : label === noClass ? "any" : label}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Range label={<>Guidance <i>w</i></>} value={shared.guidance} spec={sharedSpecs.guidance} disabled={shared.imageClass.value === noClass} />
      <Formula>{row(v("v"), o("="), v("u"), paren(xt), o("+"), v("w"), paren(sub(v("u"), v("c")), paren(xt), o("−"), v("u"), paren(xt)))}</Formula>
    </>
  );
}
