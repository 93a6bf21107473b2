import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** What the packages that run in a browser may not touch: time, hidden randomness, output, Node. */
const browserSafe = {
  "no-restricted-globals": [
    "error",
    { name: "Date", message: "Time is banned here: pass it in." },
    { name: "performance", message: "Time is banned here: pass it in." },
    { name: "console", message: "A library does not print: return the text or take a callback." },
    { name: "process", message: "This package runs in browsers too." },
    { name: "Buffer", message: "This package runs in browsers too: use Uint8Array." },
    { name: "crypto", message: "There is no hidden randomness: take a Key." },
  ],
  "no-restricted-properties": [
    "error",
    { object: "Math", property: "random", message: "There is no global generator: take a Key." },
    { object: "globalThis", message: "Name what you need." },
  ],
  "no-restricted-imports": [
    "error",
    { patterns: [{ regex: "^node:", message: "This package runs in browsers too." }] },
  ],
};

export default defineConfig(
  globalIgnores(["**/dist/", "**/node_modules/", "**/.tmp/", "runs/", "coverage/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ["tsconfig.check.json", "apps/studio/tsconfig.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      // The other style is the non-null assertion, which is an error.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  { files: ["packages/{graph,core,ort}/src/**/*.ts"], rules: browserSafe },
  // Printing is what these are for.
  { files: ["packages/cli/src/**/*.ts", "bench/**/*.ts", "examples/**/*.ts"], rules: { "no-console": "off" } },
  {
    files: ["**/test/**/*.ts", "**/*.test.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/explicit-module-boundary-types": "off",
    },
  },
  {
    files: ["**/*.{js,cjs,mjs}"],
    rules: { eqeqeq: "error", "no-unused-vars": "error", "no-var": "error", "prefer-const": "error" },
  },
);
