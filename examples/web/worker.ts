import { serveRuntime } from "@fluxion/web";

serveRuntime();
