import { signal } from "@preact/signals";
import type { VNode } from "preact";
import { parseCsv } from "fluxion";
import { Choice, Complaint, Range } from "../controls/controls.tsx";
import { Formula, n, o, paren, row, sub, v, x1 } from "../math/mathml.tsx";
import { setOwnPoints } from "../session/drawing.ts";
import { ownPoints } from "../settings/own-points.ts";
import { mostPackedPoints } from "../settings/pack-points.ts";
import { shared, sharedSpecs } from "../settings/settings.ts";
import { messageOf } from "../worker/connection.ts";
import { dataNames } from "./names.ts";
import { Panel, Part } from "./panel.tsx";

const message = signal<string | undefined>(undefined);
const pasted = signal("");

/** A larger file would freeze the page while it is read. */
const mostBytes = 20_000_000;

/** Takes the first two columns of a table as the data. */
export function takeCsv(text: string, file: string): void {
  try {
    const { data, shape } = parseCsv(text, file);
    const [rows, columns] = shape;
    if (columns !== 2) throw new Error(`${file}: expected 2 columns, x and y, got ${columns}; keep two`);
    if (rows < 10) throw new Error(`${file}: expected at least 10 points, got ${rows}; give more data`);
    setOwnPoints(Float32Array.from(data));
    message.value = undefined;
  } catch (error) {
    message.value = messageOf(error);
  }
}

/** Reads a file that was chosen or dropped. */
export async function takeFile(file: File): Promise<void> {
  if (file.size > mostBytes) message.value = `${file.name}: expected at most 20 MB, got ${Math.round(file.size / 1e6)} MB; give fewer points`;
  else takeCsv(await file.text(), file.name);
}

/** Which points the flow shall learn. */
export function DataPanel(): VNode {
  const own = ownPoints.value;
  return (
    <Panel title="What shall it learn?" lead="A distribution of points in the plane. The flow only ever sees samples of it, and learns to make more.">
      <Choice label="Data" value={shared.data} spec={sharedSpecs.data} names={dataNames} />
      <Part title="Draw">
        <p>Paint on the picture with mouse, pen or finger. Points spray around your stroke.</p>
        <div class="buttons">
          <button type="button" onClick={() => setOwnPoints(undefined)} disabled={own === undefined}>
            Clear
          </button>
          <span class="note">{shared.data.value === "own" ? `${((own?.length ?? 0) / 2).toLocaleString("en")} points` : ""}</span>
        </div>
      </Part>
      <Part title="Bring your own">
        <label class="area">
          <span>Paste rows of x, y, or drop a CSV file anywhere</span>
          <textarea rows={4} spellcheck={false} placeholder={"0.3, 1.2\n0.5, 0.9"} value={pasted.value} onInput={(event) => (pasted.value = event.currentTarget.value)} />
        </label>
        <div class="buttons">
          <button type="button" onClick={() => takeCsv(pasted.value, "pasted rows")} disabled={pasted.value.trim() === ""}>
            Use these points
          </button>
          <label class="button">
            Open a file
            <input
              class="hidden-input"
              type="file"
              accept=".csv,.tsv,.txt"
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                event.currentTarget.value = "";
                if (file) void takeFile(file);
              }}
            />
          </label>
        </div>
        <Complaint message={message.value} />
        {own && own.length / 2 > mostPackedPoints ? <p class="note">More than {mostPackedPoints.toLocaleString("en")} points do not fit an address: the link will not hold them.</p> : null}
      </Part>
      <Part>
        <Formula>{row(x1, o("∼"), v("q"), paren(x1), o(","), sub(v("x"), v("t")), o("="), v("α"), paren(v("t")), x1, o("+"), v("σ"), paren(v("t")), sub(v("x"), n(0)))}</Formula>
        <p class="note">Each example is mixed with noise. At t = 0 it is noise alone, at t = 1 the example.</p>
        <Range label="Points drawn of a built-in set" value={shared.setSize} spec={sharedSpecs.setSize} disabled={shared.data.value === "own"} />
        <Range label="Seed of all random numbers" value={shared.seed} spec={sharedSpecs.seed} />
      </Part>
    </Panel>
  );
}
