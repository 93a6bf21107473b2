/** @file The worker: all computation of the page. */
import { openRuntime } from "./runtime.ts";
import type { Port } from "./rpc.ts";
import { serve } from "./rpc.ts";
import { studioService } from "./service.ts";

serve(globalThis as unknown as Port, studioService(openRuntime, () => performance.now()));
