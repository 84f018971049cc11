import "server-only";
import { config } from "../config";

/** What an identity's issuer is kept as: a subject means something there only, and the owner may configure another one. */
export function storedAs(providerId: string): string {
  return providerId === "oidc" ? (config().OIDC_ISSUER ?? "") : providerId;
}

/** Whether this server lets anybody sign in there. */
export function isConfigured(stored: string): boolean {
  const { GITHUB_ID, OIDC_ISSUER } = config();
  return stored === "github" ? GITHUB_ID !== undefined : stored !== "" && stored === OIDC_ISSUER;
}

/** What people call an issuer; one that is configured no more goes by its host. */
export function issuerName(stored: string): string {
  const { OIDC_ISSUER, OIDC_NAME } = config();
  if (stored === "github") return "GitHub";
  if (stored === OIDC_ISSUER) return OIDC_NAME;
  return URL.canParse(stored) ? new URL(stored).host : stored;
}
