// Which way imports run. Type-only imports count: a type from above is a dependency on what stands above.

/** Each package and what it may import of the others. */
const packages = {
  graph: [],
  core: ["graph"],
  ort: ["graph"],
  node: ["graph", "core", "ort"],
  // Its tests compare with Node; what its sources import, scripts/test/manifests.test.ts checks.
  web: ["graph", "core", "ort", "node"],
  cli: ["graph", "core", "node"],
};

/** Each folder of packages/core/src, lowest first, and the folders that it may import. */
const folders = {
  random: [],
  solvers: [],
  paths: [],
  nn: ["random"],
  models: ["nn", "random"],
  data: ["random"],
  objectives: ["paths", "models", "nn", "solvers", "data", "random"],
  flow: ["objectives", "paths", "models", "nn", "solvers", "data", "random"],
  training: ["objectives", "paths", "models", "nn", "data", "random", "flow"],
  metrics: ["training", "flow", "models", "nn", "data", "random"],
  checkpoint: ["training", "flow", "paths", "models", "nn", "data", "random"],
};

const either = (names) => `(?:${names.join("|")})`;

/** One rule for each layer: nothing but itself and what it names. */
const layers = (prefix, root, table) =>
  Object.entries(table).map(([name, below]) => ({
    name: `${prefix}-${name}`,
    comment: `${name} may import ${below.length === 0 ? "none of its siblings" : below.join(", ")}; nothing imports upward.`,
    severity: "error",
    from: { path: `^${root(name)}` },
    to: { path: `^${root(either(Object.keys(table)))}`, pathNot: `^${root(either([name, ...below]))}` },
  }));

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Only ops may refer to each other: the derivative of a sum is a broadcast, that of a broadcast a sum.",
      severity: "error",
      from: {},
      to: { circular: true, via: { pathNot: "^packages/graph/src/ops/" } },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "\\?url$" } },
    ...layers("package", (name) => `packages/${name}/`, packages),
    ...layers("core", (name) => `packages/core/src/${name}/`, folders),
    {
      name: "core-known-folders",
      comment: "Give a new folder of core its place in the table of .dependency-cruiser.cjs.",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { path: "^packages/core/src/[^/]+/", pathNot: `^packages/core/src/${either(Object.keys(folders))}/` },
    },
    {
      name: "core-index-is-the-top",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { path: "^packages/core/src/index\\.ts$" },
    },
    {
      name: "packages-by-name",
      comment: "Import another package by its name.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/[^/]+/src/", pathNot: "^packages/$1/", dependencyTypes: ["local"] },
    },
    {
      name: "packages-by-their-index",
      comment: "What another package does not export is its own business.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/[^/]+/src/", pathNot: ["^packages/$1/", "^packages/[^/]+/src/index\\.ts$"] },
    },
    {
      name: "studio-on-top",
      comment: "Nothing imports the page but its own tests; it imports packages by their names, and what runs in a page nothing of Node.",
      severity: "error",
      from: { pathNot: "^apps/studio/" },
      to: { path: "^apps/studio/" },
    },
    {
      name: "studio-runs-in-a-page",
      severity: "error",
      from: { path: "^apps/studio/src/" },
      to: { path: "^packages/(?:node|cli)/" },
    },
    {
      name: "studio-packages-by-name",
      severity: "error",
      from: { path: "^apps/studio/" },
      to: { path: "^packages/[^/]+/src/", dependencyTypes: ["local"] },
    },
    {
      name: "browser-safe",
      comment: "graph, core and ort run in browsers too, and web there alone.",
      severity: "error",
      from: { path: "^packages/(?:graph|core|ort|web)/src/" },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    exclude: { path: ["/dist/", "/\\.tmp/"] },
    doNotFollow: { path: "(^|/)node_modules/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["fluxion-source", "import", "types", "default"],
    },
  },
};
