import { pathLinesFigure } from "@fluxion/node";
import { expect, it } from "vitest";

it("marks the data that lines lead to in every panel, also where no line gets there", async () => {
  const lines = [[[0, 0], [1, 1]] as const];
  const panels = ["diffusion", "OT"].map((title) => ({ title, lines }));
  const dots = (svg: string): number => svg.match(/aria-roledescription="point"/gu)?.length ?? 0;
  expect(dots(await pathLinesFigure({ title: "Trajectories", panels }))).toBe(2);
  const svg = await pathLinesFigure({ title: "Trajectories", panels, targets: [[1, 1], [5, 5]] });
  expect(dots(svg)).toBe(6);
  expect(svg).toContain(">5</text>");
});
