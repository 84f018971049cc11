/** Preloaded into servers that are measured: SIGUSR2 collects garbage, so that memory is compared and not its collector's mood. */
import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc");
process.on("SIGUSR2", () => {
  collect();
  collect();
});
