import { defineConfig } from "vitest/config";

const conditions = ["fluxion-source", "node", "import", "module", "default"];

export default defineConfig({
  // Tests import the packages by name and run their sources: no build comes first.
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "examples/**/*.test.ts", "bench/**/*.test.ts", "scripts/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // ONNX Runtime is a native add-on: worker threads may not unload it cleanly.
    pool: "forks",
    maxWorkers: 2,
  },
});
