/** @file One self-contained page: no script, nothing fetched. */

/** A measurement. */
export interface ReportRow {
  readonly label: string;
  readonly value: string;
  /** How it was measured. */
  readonly note?: string | undefined;
}

/** A picture with its caption. */
export interface ReportFigure {
  readonly title: string;
  readonly caption: string;
  /** SVG, embedded as an image, so that styles of pictures do not meet. */
  readonly svg: string;
}

/** A table of measurements. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  /** One cell to a column; the first names the row. */
  readonly rows: readonly (readonly string[])[];
  /** How it was measured. */
  readonly note?: string | undefined;
}

/** What a report shows. */
export interface Report {
  readonly title: string;
  readonly rows: readonly ReportRow[];
  /** Default none. */
  readonly tables?: readonly ReportTable[] | undefined;
  readonly figures: readonly ReportFigure[];
  /** Printed as JSON at the end. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The page of a report as HTML. */
export function renderReport({ title, rows, tables = [], figures, options }: Report): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<table>
${rows.map(rowOf).join("\n")}
</table>
${tables.map(tableOf).join("\n")}
${figures.map(figureOf).join("\n")}
<details><summary>Options and versions</summary><pre>${escape(JSON.stringify(options, null, 2))}</pre></details>
</main>
</body>
</html>
`;
}

const rowOf = ({ label, value, note = "" }: ReportRow): string =>
  `<tr><th scope="row">${escape(label)}</th><td>${escape(value)}<small>${escape(note)}</small></td></tr>`;

const tableOf = ({ title, columns, rows, note = "" }: ReportTable): string => {
  const head = columns.map((column) => `<th scope="col">${escape(column)}</th>`).join("");
  const body = rows.map(([first = "", ...cells]) => `<tr><th scope="row">${escape(first)}</th>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`);
  return `<section><h2>${escape(title)}</h2><div class="wide"><table><tr>${head}</tr>${body.join("")}</table></div><p>${escape(note)}</p></section>`;
};

const figureOf = ({ title, caption, svg }: ReportFigure): string =>
  `<figure><h2>${escape(title)}</h2><img alt="${escape(`${title}: ${caption}`)}" src="data:image/svg+xml;base64,${base64(svg)}"><figcaption>${escape(caption)}</figcaption></figure>`;

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6470; --page: #f6f7f9; --card: #ffffff; --line: #e2e6ea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a2abb6; --page: #14171a; --card: #1d2125; --line: #30363d; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 Inter, system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; } h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
th, td { text-align: left; padding: .55rem .9rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > * { border-bottom: 0; } th { width: 8rem; font-weight: 600; }
small { display: block; color: var(--soft); }
section { margin: 1.5rem 0 0; } .wide { overflow-x: auto; } section p { color: var(--soft); font-size: .9rem; }
figure { margin: 1.5rem 0 0; padding: 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
/* Pictures are drawn on light ground in either scheme. */
img { display: block; max-width: 100%; height: auto; margin: 0 auto; background: #fff; border-radius: 4px; }
figcaption { margin-top: .75rem; color: var(--soft); font-size: .9rem; }
details { margin-top: 1.5rem; } pre { overflow-x: auto; font-size: .8rem; }
`;
