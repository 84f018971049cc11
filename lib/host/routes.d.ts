/** Derived from the files of app/api when the host is built. */
declare module "parley:routes" {
  import type { RouteHandler } from "@/lib/server/http/route";

  /** Most specific first. `pattern` is the path as its folders spell it, such as `/api/conversations/[id]`. */
  const routes: { pattern: string; module: Record<string, RouteHandler> }[];
  export default routes;
}
