/** @file Numbers that the paper only plots: read off its figures, not the authors'. */
import type { ReportTable } from "@fluxion/node";

/** Figure 5, ImageNet-64: FID by epoch. */
export const paperFigure5: ReportTable = {
  title: "The paper's Figure 5: FID by epoch, ImageNet-64",
  columns: ["method", "50", "100", "150", "200", "250"],
  rows: [
    ["DDPM", "30.5", "24.5", "19", "22", "17"],
    ["Score Matching", "32", "26.5", "32", "20", "19.5"],
    ["ScoreFlow", "32", "39", "32.5", "21.5", "24"],
    ["FM w/ Diffusion", "28.5", "24", "20.5", "17", "16"],
    ["FM w/ OT", "25.5", "21", "17.5", "16", "14"],
  ],
  note: "Read off the plot, ±1: the paper gives no values. Another data set, network and feature network than ours.",
};

/** Figure 7 left, ImageNet-32: error by NFE of midpoint. */
export const paperFigure7Errors: ReportTable = {
  title: "The paper's Figure 7 left: error by NFE (midpoint), ImageNet-32",
  columns: ["method", "10", "20", "40", "60"],
  rows: [
    ["Score Matching", "0.11", "0.04", "0.018", "0.010"],
    ["FM w/ Diffusion", "0.11", "0.03", "0.012", "0.007 (doubtful)"],
    ["FM w/ OT", "0.11", "0.025", "0.010", "0.005 (doubtful)"],
  ],
  note: "Read off the plot; values below 0.01 lie off its labelled axis.",
};

/** Figure 7 right: FID by NFE and solver. */
export const paperFigure7Quality: ReportTable = {
  title: "The paper's Figure 7 right: FID by NFE, ImageNet-32",
  columns: ["method", "solver", "5 (doubtful)", "10", "20", "40", "60", "80", "100"],
  rows: [
    ["Score Matching", "euler", "–", "–", "–", "40", "33", "–", "27"],
    ["Score Matching", "midpoint", "–", "20", "17", "19", "20", "20.5", "21"],
    ["Score Matching", "rk4", "–", "–", "–", "30", "24", "23", "22.5"],
    ["FM w/ Diffusion", "euler", "–", "–", "–", "27", "19", "15", "13"],
    ["FM w/ Diffusion", "midpoint", "–", "12", "8", "9", "9", "9", "9"],
    ["FM w/ Diffusion", "rk4", "–", "–", "–", "10", "8", "8", "8"],
    ["FM w/ OT", "euler", "22.5", "14", "10", "7", "6", "5.5", "5"],
    ["FM w/ OT", "midpoint", "12", "9", "7", "6", "5.5", "5", "5"],
    ["FM w/ OT", "rk4", "46", "24", "11", "8", "6", "5", "5"],
  ],
  note: "Read off the plot, ±2; – where nothing could be read. FID in the Inception network's features, which ours are not.",
};
