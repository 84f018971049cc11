declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  /** As much of its types as the tests use; the package has none. */
  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
  }
}
