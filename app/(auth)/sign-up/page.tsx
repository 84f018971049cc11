import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { redirect } from "next/navigation";
import { SignUpForm } from "@/components/auth/sign-up-form";
import { firstOf } from "@/lib/client/account/access";
import { safeReturnPath, withReturn } from "@/lib/protocol/return-path";
import { currentCaller } from "@/lib/server/auth/current-user";
import { refusedForm } from "@/lib/server/auth/refused-form";
import { config } from "@/lib/server/config";

export const metadata: Metadata = { title: "Create an account" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignUpPage({ searchParams }: Props) {
  const to = safeReturnPath(firstOf((await searchParams).callbackUrl));
  if (await currentCaller()) redirect(to);
  const open = config().SIGN_UP === "open";
  return (
    <>
      <h1 className="text-xl font-bold tracking-tight">Create an account</h1>
      <p className="mt-1 mb-6 text-muted">
        {open ? "A name and a password, and you can talk." : "New accounts cannot be made on this server. Ask whoever runs it."}
      </p>
      {open && <SignUpForm to={to} refused={refusedForm(await headers(), "sign-up") ?? undefined} />}
      <p className="mt-5 text-sm text-muted">
        Have one already?{" "}
        <Link href={withReturn("/sign-in", to)} className="font-medium text-accent underline underline-offset-3 hover:no-underline">
          Sign in
        </Link>
      </p>
    </>
  );
}
