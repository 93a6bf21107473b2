/** @file The picture beside all panels. */
import type { ReadonlySignal } from "@preact/signals";
import { computed, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { activeSide, pathPictures } from "../session/controller.ts";
import { addStroke, sprayed } from "../session/drawing.ts";
import { carry, pictures } from "../session/pictures.ts";
import type { Session } from "../session/session.ts";
import { sessions } from "../session/session.ts";
import { extent, shownPoints } from "../session/shown-data.ts";
import { shared, sides } from "../settings/settings.ts";
import { ownPoints } from "../settings/own-points.ts";
import { pathNames } from "../panels/names.ts";
import { openedField } from "../keep/opened.ts";
import { cachedFrames } from "../session/pretrained.ts";
import { time } from "./clock.ts";
import { ImagePlot } from "./image-plot.tsx";
import { Plot } from "./plot.tsx";
import type { Scene } from "./scene.ts";
import { TimeBar } from "./time-bar.tsx";

/** The pictures of the present chapter, over the time that they share. */
export function Stage(): VNode {
  const chapter = shared.chapter.value;
  const plots = chapter === "data" ? <DataPlot /> : chapter === "path" ? <PathPlots /> : chapter === "images" ? <ImagePlot /> : <FlowPlots />;
  return (
    <section class="stage" aria-label="Picture">
      <div class="plots">{plots}</div>
      {chapter === "data" ? null : <TimeBar />}
    </section>
  );
}

/** A stroke under way, on any picture. */
const stroke = signal<readonly number[]>([]);

function DataPlot(): VNode {
  const scene = useMemo(
    () =>
      computed((): Scene => {
        const drawing = stroke.value;
        const fresh = drawing.length > 0 && shared.data.value !== "own";
        const points = fresh ? new Float32Array(0) : shownPoints.value;
        const seed = fresh ? 0 : (ownPoints.value?.length ?? 0);
        const wet = drawing.length > 0 ? [...sprayed(drawing, extent.value.half, seed)] : undefined;
        return { particles: still(points), stroke: wet };
      }),
    [],
  );
  const draw = (points: readonly number[], done: boolean): void => {
    if (done) addStroke(points, extent.peek().half);
    stroke.value = done ? [] : [...points];
  };
  return <Plot label="The data. Draw on it to make your own." file={`${shared.data.value}-data`} scene={scene} extent={extent} onDraw={draw} />;
}

/** Points that do not move. */
const still = (points: Float32Array): NonNullable<Scene["particles"]> => ({ count: points.length / 2, times: [0], positions: points, nfe: 0 });

function PathPlots(): VNode {
  const scenes = useMemo(
    () =>
      (["conditional", "marginal"] as const).map((which) =>
        computed((): Scene => ({ data: shownPoints.value, particles: pathPictures[which].value, lines: true })),
      ),
    [],
  );
  const [conditional, marginal] = scenes;
  if (!conditional || !marginal) throw new Error("internal: a picture is missing");
  return (
    <>
      <Plot label="Each noise point on its own conditional path to a data point" caption="Conditional paths" file="conditional-paths" scene={conditional} extent={extent} />
      <Plot label="The same noise points carried by the marginal field" caption="The marginal field" file="marginal-field" scene={marginal} extent={extent} />
    </>
  );
}

function FlowPlots(): VNode {
  const both = shared.compare.value;
  return (
    <>
      <FlowPlot session={sessions[0]} caption={both ? captionOf(sessions[0]) : undefined} />
      {both ? <FlowPlot session={sessions[1]} caption={captionOf(sessions[1])} /> : null}
      {shared.chapter.value === "keep" && openedField.value ? <FieldPlot /> : null}
    </>
  );
}

/** The field of a file that was opened. */
function FieldPlot(): VNode {
  const scene = useMemo(() => computed((): Scene => ({ data: shownPoints.value, particles: openedField.value?.frames })), []);
  const file = openedField.value?.file ?? "";
  return <Plot label={`Particles of the field in ${file}`} caption={file} file={file.replace(/\W+/g, "-")} scene={scene} extent={extent} />;
}

const captionOf = ({ side }: Session): string => `${side === 0 ? "A" : "B"}: ${pathNames[sides[side].path.value]}`;

/** What the picture of a model shows. */
export function sceneOf(session: Session): ReadonlySignal<Scene> {
  const { field, heat } = pictures[session.side];
  return computed((): Scene => ({
    heat: shared.showDensity.value ? heat.value : undefined,
    data: shared.showData.value ? shownPoints.value : undefined,
    field: field.value,
    lines: shared.showLines.value || shared.chapter.value === "solve",
    // Until the worker has something to show, a flow that was kept with the page.
    particles: session.particles.value ?? (session.side === 0 && shared.data.value === "moons" ? cachedFrames.value : undefined),
    carried: session.carried.value,
    stroke: shared.chapter.value === "flow" && activeSide.value === session.side ? stroke.value : undefined,
  }));
}

/** Pixels of the page that a click may stray, in parts of half the picture. */
const click = 0.02;

function FlowPlot({ session, caption }: { readonly session: Session; readonly caption: string | undefined }): VNode {
  const scene = useMemo(() => sceneOf(session), [session]);
  const draw = (points: readonly number[], done: boolean): void => {
    activeSide.value = session.side;
    stroke.value = done ? [] : [...points];
    if (!done) return;
    const [x = 0, y = 0] = points;
    const strayed = points.some((value, i) => Math.abs(value - (i % 2 === 0 ? x : y)) > click * extent.peek().half);
    void carry(session, strayed ? points : [x, y], time.peek());
  };
  return (
    <Plot
      label={`Particles on their way from noise to data${caption === undefined ? "" : `, model ${caption}`}`}
      caption={caption}
      file={`${shared.data.value}${session.side === 0 ? "" : "-b"}`}
      scene={scene}
      extent={extent}
      onDraw={shared.chapter.value === "flow" && session.status.value === "ready" ? draw : undefined}
    />
  );
}
