import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { redirect } from "next/navigation";
import { DevelopmentLogin } from "@/components/auth/development-login";
import { ProviderButtons } from "@/components/auth/provider-buttons";
import { SignInForm } from "@/components/auth/sign-in-form";
import { firstOf, refusalOf } from "@/lib/client/account/access";
import { safeReturnPath, withReturn } from "@/lib/protocol/return-path";
import { currentCaller } from "@/lib/server/auth/current-user";
import { oauthProviders } from "@/lib/server/auth/providers";
import { refusedForm } from "@/lib/server/auth/refused-form";
import { config } from "@/lib/server/config";
import { developmentCast } from "@/lib/server/development-cast";

export const metadata: Metadata = { title: "Sign in" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: Props) {
  const asked = await searchParams;
  const to = safeReturnPath(firstOf(asked.callbackUrl));
  const error = firstOf(asked.error);
  if (await currentCaller()) redirect(to);
  const { DEV_LOGIN, SIGN_UP } = config();
  return (
    <>
      <h1 className="text-xl font-bold tracking-tight">Sign in</h1>
      <p className="mt-1 mb-6 text-muted">Pick up where you left off.</p>
      {error && (
        <p role="alert" className="mb-5 rounded-md bg-danger-soft p-3 text-sm text-danger">
          {refusalOf(error)}
        </p>
      )}
      <SignInForm to={to} refused={refusedForm(await headers(), "sign-in") ?? undefined} />
      <ProviderButtons providers={oauthProviders().map(({ id, name }) => ({ id, name }))} to={to} />
      {SIGN_UP === "open" && (
        <p className="mt-5 text-sm text-muted">
          New here?{" "}
          <Link href={withReturn("/sign-up", to)} className="font-medium text-accent underline underline-offset-3 hover:no-underline">
            Create an account
          </Link>
        </p>
      )}
      {DEV_LOGIN && <DevelopmentLogin cast={await developmentCast()} to={to} />}
    </>
  );
}
