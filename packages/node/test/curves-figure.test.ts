import { curvesFigure } from "@fluxion/node";
import { expect, it } from "vitest";

const names = ["DDPM", "Score Matching", "ScoreFlow", "FM w/ Diffusion", "FM w/ OT"];
const figure = (subtitle: string): Promise<string> =>
  curvesFigure({
    title: "Quality",
    subtitle,
    x: { title: "step" },
    y: { title: "NFE" },
    panels: [{ curves: names.map((name, i) => ({ name, points: [500, 3_000].map((x) => ({ x, y: 300 + 50 * i })) })) }],
  });

it("is no wider for a subtitle that fits above its curves", async () => {
  const width = (svg: string): number => Number(/width="([\d.]+)"/u.exec(svg)?.[1]);
  expect(width(await figure("Fréchet distance of 500 samples (dopri5 at 1e-5) to the test set, features of our own network."))).toBe(width(await figure("Short.")));
});

it("writes steps and evaluations in full", async () => {
  const svg = await figure("");
  expect(svg).toContain(">1,000<");
  expect(svg).toContain(">400<");
  expect(svg).not.toMatch(/>\d[\d.]*e\+\d+</u);
});

it("gives a curve the colour that it has elsewhere", async () => {
  const draw = (colour?: string) =>
    curvesFigure({ title: "", x: { title: "x" }, y: { title: "y" }, panels: [{ curves: [{ name: "a", colour, points: [0, 1].map((x) => ({ x, y: x })) }] }] });
  expect(await draw("#d55e00")).toContain('stroke="#d55e00"');
  expect(await draw()).not.toContain("#d55e00");
});
