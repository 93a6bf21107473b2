import { dependOn } from "../session/depend-on.ts";
import { computed, effect, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { SolverName } from "fluxion";
import { isAdaptive, solvers } from "fluxion";
import type { Series } from "../charts/line-chart.tsx";
import { Legend, LineChart } from "../charts/line-chart.tsx";
import { SaveLinks } from "../controls/save-links.tsx";
import { saveScenes } from "../keep/picture-file.ts";
import { Choice, Complaint, Figure, Range } from "../controls/controls.tsx";
import { scientific } from "../controls/numbers.ts";
import type { Frames } from "../lab/frames.ts";
import { Formula, o, row, sub, subsup, v } from "../math/mathml.tsx";
import { activeSide } from "../session/controller.ts";
import type { Session } from "../session/session.ts";
import { methodOf, sessions, shownSessions } from "../session/session.ts";
import { extent } from "../session/shown-data.ts";
import { errorCurves, fewEvaluations, fewSamples, measureSolvers, measuring, trial } from "../session/solving.ts";
import type { Trial } from "../session/solving.ts";
import { training } from "../session/training.ts";
import { shared, sharedSpecs } from "../settings/settings.ts";
import { Plot } from "../stage/plot.tsx";
import type { Scene } from "../stage/scene.ts";
import { messageOf } from "../worker/connection.ts";
import { solverNames } from "./names.ts";
import { Panel, Part } from "./panel.tsx";
import { Sides } from "./sides.tsx";

const present = signal<Trial | undefined>(undefined);
const message = signal<string | undefined>(undefined);
const report = (error: unknown): void => void (message.value = messageOf(error));
const names = Object.keys(solvers) as SolverName[];

/** What it costs to follow the field. */
export function SolvePanel(): VNode {
  const solver = shared.solver.value;
  const adaptive = isAdaptive(solver);
  const session = sessions[activeSide.value];
  useTrial(session);
  return (
    <Panel title="How few steps will do?" lead="A solver follows the field in steps. Straight ways need few of them, bent ones many: that is the case for optimal transport.">
      <Sides />
      <Choice label="Solver" value={shared.solver} spec={sharedSpecs.solver} names={solverNames} />
      {adaptive ? (
        <>
          <Range label="Relative tolerance" value={shared.rtol} spec={sharedSpecs.rtol} />
          <Range label="Absolute tolerance" value={shared.atol} spec={sharedSpecs.atol} />
        </>
      ) : (
        <Range label="Steps" value={shared.solverSteps} spec={sharedSpecs.solverSteps} />
      )}
      <Formula>{row(sub(v("x"), row(v("t"), o("+"), v("h"))), o("="), sub(v("x"), v("t")), o("+"), v("h"), subsup(o("∑"), v("i"), ""), sub(v("b"), v("i")), sub(v("k"), v("i")))}</Formula>
      <dl class="figures" data-testid="solve">
        <Figure label="Evaluations, NFE">{present.value?.nfe ?? "–"}</Figure>
        <Figure label="Steps" note={adaptive && present.value ? `${present.value.rejected} rejected` : undefined}>
          {present.value?.accepted ?? "–"}
        </Figure>
        <Figure label="Error" note="rms">
          {present.value ? scientific(present.value.error) : "–"}
        </Figure>
      </dl>
      {present.value && present.value.result !== "success" ? <p class="note">It did not reach the end: {present.value.result}.</p> : null}
      <Complaint message={message.value} />
      <ErrorCurves session={session} />
      <Part title="With few evaluations">
        <p class="note">Samples by the midpoint rule, as in the paper's Figure 4.</p>
        {shownSessions().map((one) => (
          <Few key={one.side} session={one} />
        ))}
      </Part>
    </Panel>
  );
}

/** Tries the chosen solver whenever it or the model changes. */
function useTrial(session: Session): void {
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = effect(() => {
      const method = methodOf();
      dependOn(session.revision.value);
      if (session.status.value !== "ready" || training.value) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        trial(session, method).then((found) => {
          present.value = found;
          message.value = undefined;
        }, report);
      }, 200);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [session]);
}

function ErrorCurves({ session }: { readonly session: Session }): VNode {
  const series = names.map((name, i): Series => ({
    name: solverNames[name],
    pen: i + 1,
    dots: true,
    points: (errorCurves.value[name] ?? []).filter(({ result }) => result === "success").map(({ nfe, error }) => [nfe, error] as const),
  }));
  return (
    <Part title="Error against evaluations">
      <LineChart id="solvers" label="Error of every solver over its evaluations, both logarithmic" series={series} x={{ name: "evaluations", log: true, from: 3, to: 300 }} y={{ name: "error", log: true, from: 1e-6, to: 10 }} height={230} />
      <Legend series={series} />
      <div class="buttons">
        <button type="button" disabled={measuring.value || session.status.value !== "ready"} onClick={() => void measureSolvers(session).catch(report)}>
          {measuring.value ? "Measuring …" : "Measure all solvers"}
        </button>
      </div>
      <p class="note">Root mean square distance of 400 samples to those of Dopri5 at 10⁻⁷, in the data's units.</p>
    </Part>
  );
}

function Few({ session }: { readonly session: Session }): VNode {
  const found = useMemo(() => signal<Readonly<Record<number, Frames>>>({}), []);
  const scenes = useMemo(() => fewEvaluations.map((nfe) => computed((): Scene => ({ particles: found.value[nfe] }))), [found]);
  useEffect(
    () =>
      effect(() => {
        dependOn(session.revision.value);
        if (session.status.value !== "ready" || training.value) return;
        void (async () => {
          for (const nfe of fewEvaluations) found.value = { ...found.peek(), [nfe]: await fewSamples(session, nfe) };
        })().catch(report);
      }),
    [session, found],
  );
  return (
    <div>
      <div class="few">
        {scenes.map((scene, i) => (
          <Plot key={fewEvaluations[i]} label={`Samples with ${fewEvaluations[i] ?? 0} evaluations${shared.compare.value ? `, model ${session.side === 0 ? "A" : "B"}` : ""}`} caption={String(fewEvaluations[i])} scene={scene} extent={extent} />
        ))}
      </div>
      <SaveLinks what="these pictures" save={(kind) => saveScenes("few-evaluations", scenes.map((scene) => scene.peek()), kind)} />
    </div>
  );
}
