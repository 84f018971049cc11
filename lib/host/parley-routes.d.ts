// Every route file of app/api but those of next-auth, derived from the files by scripts/routes.mjs.
declare module "parley:routes" {
  type Handler = (request: Request, context: { params: Promise<unknown> }) => Promise<Response>;
  /** `pattern` is the path with the segments that Next's folders have: `/api/conversations/[id]/messages`. */
  const routes: { pattern: string; module: Record<string, Handler> }[];
  export default routes;
}
