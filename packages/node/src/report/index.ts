export type { Report, ReportFigure, ReportRow } from "./render-report.ts";
export { renderReport } from "./render-report.ts";
