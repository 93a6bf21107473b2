import type { VNode } from "preact";
import { LineChart, Legend } from "../charts/line-chart.tsx";
import { Choice, Complaint, Figure, Range } from "../controls/controls.tsx";
import { Formula, frac, n, norm2, o, row, sub, sup, v, x0, x1, xt } from "../math/mathml.tsx";
import { activeSide, engineMessage } from "../session/controller.ts";
import type { Session } from "../session/session.ts";
import { sessions, shownSessions } from "../session/session.ts";
import { pauseTraining, resetTraining, startTraining, stepTraining, training } from "../session/training.ts";
import { shared, sharedSpecs, sides, sideSpecs } from "../settings/settings.ts";
import type { SideSettings } from "../settings/settings.ts";
import { connection } from "../worker/connection.ts";
import { objectiveNames } from "./names.ts";
import { Panel, Part } from "./panel.tsx";
import { Sides } from "./sides.tsx";

/** The five methods of the paper's tables: a path and what is regressed. */
const methods = [
  { name: "Flow matching, OT", path: "ot", objective: "velocity" },
  { name: "Flow matching, diffusion", path: "vp", objective: "velocity" },
  { name: "DDPM", path: "vp", objective: "noise" },
  { name: "Score matching", path: "vp", objective: "score" },
  { name: "ScoreFlow", path: "vp", objective: "score-flow" },
] as const;

/** Learning. */
export function TrainPanel(): VNode {
  const side = sides[activeSide.value];
  return (
    <Panel title="Watch it learn" lead="A small network looks at noisy points and their time, and says which way they should move. Nothing else is learned.">
      <Sides />
      <Controls />
      <Progress />
      <Part title="Method">
        <div class="chips" role="group" aria-label="Methods of the paper">
          {methods.map(({ name, path, objective }) => {
            const chosen = side.path.value === path && side.objective.value === objective;
            return (
              <button
                key={name}
                type="button"
                class="chip-button"
                aria-pressed={chosen}
                onClick={() => {
                  side.path.value = path;
                  side.objective.value = objective;
                }}
              >
                {name}
              </button>
            );
          })}
        </div>
        <Choice label="The network predicts" value={side.objective} spec={sideSpecs.objective} names={objectiveNames} />
        <Loss side={side} />
      </Part>
      <Part title="Network and optimiser">
        <Range label="Width" value={side.width} spec={sideSpecs.width} />
        <Range label="Hidden layers" value={side.depth} spec={sideSpecs.depth} />
        <Range label="Learning rate" value={side.rate} spec={sideSpecs.rate} show={(value) => String(Number(value.toPrecision(2)))} />
        <Range label="Points in a step" value={shared.batch} spec={sharedSpecs.batch} />
        <Range label="Steps in all" value={shared.steps} spec={sharedSpecs.steps} />
        <Choice label="Computed by" value={shared.engine} spec={sharedSpecs.engine} names={{ wasm: "WebAssembly", webgpu: "WebGPU" }} />
        <Complaint message={engineMessage.value} />
        <p class="note">Networks of this size are quickest in WebAssembly; WebGPU pays for images.</p>
      </Part>
    </Panel>
  );
}

function Controls(): VNode {
  const open = shownSessions().filter(({ status }) => status.value === "ready" || status.value === "training");
  // Whoever starts while one of two is still being made would train the other alone.
  const waiting = open.length === 0 || shownSessions().some(({ status }) => status.value === "closed" || status.value === "opening");
  const done = open.length > 0 && open.every(({ step }) => step.value >= shared.steps.value);
  const begun = open.some(({ step }) => step.value > 0);
  const again = async (): Promise<void> => {
    if (done) await resetTraining();
    await startTraining();
  };
  return (
    <div class="buttons train-buttons">
      {training.value ? (
        <button type="button" class="primary" onClick={pauseTraining}>
          Pause
        </button>
      ) : (
        <button type="button" class="primary" disabled={waiting} onClick={() => void again()}>
          {done ? "Train again" : begun ? "Go on" : "Start training"}
        </button>
      )}
      <button type="button" disabled={training.value || done || waiting} onClick={() => void stepTraining(1)}>
        One step
      </button>
      <button type="button" disabled={!begun} onClick={() => void resetTraining()}>
        Reset
      </button>
    </div>
  );
}

function Progress(): VNode {
  const shown = shownSessions();
  const series = shown.map((session) => lossSeries(session));
  const { losses } = sessions[0];
  return (
    <Part>
      {shown.map((session) => (
        <ProgressLine key={session.side} session={session} />
      ))}
      <LineChart id="loss" label={`Loss over steps, ${losses.value.values.length} points`} series={series} x={{ name: "steps", from: 0, to: shared.steps.value }} y={{ name: "loss" }} height={170} />
      {shown.length > 1 ? <Legend series={series} /> : null}
      {sessions[0].step.value > 0 && losses.value.values.length === 0 && losses.value.rest.length === 0 ? (
        <p class="note">This model came trained with the page. Train it again to watch it learn.</p>
      ) : null}
      <p class="note">{deviceText()}</p>
    </Part>
  );
}

function lossSeries({ side, losses }: Session): { readonly name: string; readonly points: readonly (readonly [number, number])[]; readonly pen: number } {
  const { values, stretch } = losses.value;
  return { name: side === 0 ? "A" : "B", points: values.map((value, i) => [(i + 0.5) * stretch, value]), pen: side + 1 };
}

function ProgressLine({ session }: { readonly session: Session }): VNode {
  const { status, step, stepsPerSecond, losses, message, opened, likelihood } = session;
  const loss = losses.value.values.at(-1);
  return (
    <>
      {shared.compare.value ? <h4>Model {session.side === 0 ? "A" : "B"}</h4> : null}
      <dl class="figures" data-testid={`progress-${session.side}`}>
        <Figure label={`Step of ${shared.steps.value.toLocaleString("en")}`}>
          {step.value.toLocaleString("en")}
        </Figure>
        <Figure label="Loss">{loss === undefined ? "–" : loss.toFixed(3)}</Figure>
        <Figure label="Speed" note="steps/s">
          {stepsPerSecond.value === 0 ? "–" : Math.round(stepsPerSecond.value).toLocaleString("en")}
        </Figure>
        <Figure label="Weights">{opened.value?.parameters.toLocaleString("en") ?? "–"}</Figure>
      </dl>
      <progress max={shared.steps.value} value={step.value} aria-label={`Training of model ${session.side === 0 ? "A" : "B"}`} />
      {likelihood.value ? <p class="note">Held-out points: {likelihood.value.nll.toFixed(3)} nats{likelihood.value.entropy === undefined ? "" : `, of ${likelihood.value.entropy.toFixed(3)} that the data's entropy allows`}.</p> : null}
      <Complaint message={status.value === "failed" || message.value !== undefined ? (message.value ?? "It stopped.") : undefined} />
    </>
  );
}

/** What computes. */
export function deviceText(): string {
  const state = connection.value;
  if (state.status === "starting") return "The engine is starting …";
  if (state.status === "failed") return `The engine stopped: ${state.message}. It is started again.`;
  const { kind, name, threads, notes } = state.device;
  const how = kind === "webgpu" ? "on the GPU" : threads === 1 ? "on one thread" : `on ${threads} threads`;
  return [`Computed in this page by ${name || kind}, ${how}.`, ...(notes ?? []).map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`)].join(" ");
}

function Loss({ side }: { readonly side: SideSettings }): VNode {
  const error = (target: VNode, network: VNode, weight?: VNode): VNode => row(v("E"), weight ?? "", norm2(network, o("−"), target));
  const net = (name: string): VNode => row(sub(v(name), v("θ")), o("("), xt, o(","), v("t"), o(")"));
  const epsilon = x0;
  switch (side.objective.value) {
    case "velocity":
      return <Formula source="eqs. 14, 23">{error(frac(row(v("d"), xt), row(v("d"), v("t"))), net("v"))}</Formula>;
    case "noise":
      return <Formula source="eq. 45">{error(epsilon, net("ε"))}</Formula>;
    case "score":
      return <Formula source="eq. 42">{error(row(o("("), o("−"), frac(epsilon, sub(v("σ"), v("t"))), o(")")), net("s"), sup(sub(v("σ"), v("t")), n(2)))}</Formula>;
    case "score-flow":
      return <Formula source="App. E.1">{error(row(o("("), o("−"), frac(epsilon, sub(v("σ"), v("t"))), o(")")), net("s"), sup(sub(v("g"), v("t")), n(2)))}</Formula>;
    case "x1":
      return <Formula>{error(x1, net("D"))}</Formula>;
  }
}
