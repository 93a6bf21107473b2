export type { Report, ReportFigure, ReportRow, ReportTable } from "./render-report.ts";
export { renderReport } from "./render-report.ts";
