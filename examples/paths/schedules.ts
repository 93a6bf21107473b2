/** @file α, σ and the signal-to-noise ratio of every path over time. */
import { curvesFigure } from "@fluxion/node";
import type { AffinePath } from "fluxion";
import { members } from "./members.ts";

/** Shares of an interval, dense near its ends. */
const shares = [0, ...Array.from({ length: 149 }, (_, i) => 1 / (1 + Math.exp((74 - i) / 8))), 1];

/** A value of each path over its interval. */
const curves = (value: (path: AffinePath, t: number) => number) =>
  Object.entries(members).map(([name, path]) => {
    const [t0, t1] = path.interval;
    const times = shares.map((share) => (share === 1 ? t1 : t0 + (t1 - t0) * share));
    return { name, points: times.map((x) => ({ x, y: value(path, x) })) };
  });

/** α and σ, the latter as a share of the prior's width. */
export const schedulesFigure = (): Promise<string> =>
  curvesFigure({
    title: "Schedules",
    subtitle: "Scales of data and noise from t = 0, noise, to t = 1, data.",
    dots: false,
    x: { title: "time t" },
    y: { title: "scale" },
    panels: [
      { title: "data, α(t)", curves: curves((path, t) => path.at(t).alpha) },
      { title: "noise, σ(t) / σ of the prior", curves: curves((path, t) => path.at(t).sigma / path.priorStd) },
    ],
  });

/** log₁₀ α²/σ², where it is finite. */
export const snrFigure = (): Promise<string> =>
  curvesFigure({
    title: "Signal-to-noise ratios",
    subtitle: "From t = 0, noise, to t = 1, data.",
    dots: false,
    x: { title: "time t" },
    y: { title: "log₁₀ α²/σ²" },
    panels: [{ curves: curves((path, t) => Math.log10(path.snr(t))) }],
  });
