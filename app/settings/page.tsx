import { ArrowLeft } from "lucide-react";
import type { Metadata } from "next";
import { cookies } from "next/headers";
import Link from "next/link";
import { redirect } from "next/navigation";
import { NoticeList } from "@/components/account/notices";
import { AccountProvider } from "@/components/settings/account-provider";
import { AvatarForm } from "@/components/settings/avatar-form";
import { DeviceList } from "@/components/settings/device-list";
import { IdentityList } from "@/components/settings/identity-list";
import { NameForm } from "@/components/settings/name-form";
import { PasswordForm } from "@/components/settings/password-form";
import { Section } from "@/components/settings/section";
import { ThemePicker } from "@/components/settings/theme-picker";
import { firstOf, refusalOf } from "@/lib/client/account/access";
import { THEME_COOKIE, themeFrom } from "@/lib/client/screen/preferences";
import { RECENT_SIGN_IN_MINUTES } from "@/lib/protocol/limits";
import { currentCaller } from "@/lib/server/auth/current-user";
import { listIdentities } from "@/lib/server/auth/identities";
import { oauthProviders } from "@/lib/server/auth/providers";
import { listNotices } from "@/lib/server/notices";
import { listSessions } from "@/lib/server/sessions";
import { findAccount, requireAuthUser } from "@/lib/server/users";

export const metadata: Metadata = { title: "Settings" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SettingsPage({ searchParams }: Props) {
  const caller = await currentCaller();
  if (!caller) redirect("/sign-in?callbackUrl=/settings");
  const user = await requireAuthUser(caller.user.id);
  const [asked, jar, sessions, account, identities, notices] = await Promise.all([
    searchParams,
    cookies(),
    listSessions(user.id, caller.session.id),
    findAccount(user.username),
    listIdentities(user.id),
    listNotices(caller),
  ]);
  const providers = oauthProviders().map(({ id, name }) => ({ id, name }));
  const error = firstOf(asked.error);
  return (
    <AccountProvider user={user}>
      <main id="main" className="mx-auto w-full max-w-3xl px-6 pt-[max(1.5rem,env(safe-area-inset-top))] pb-16">
        <Link href="/" className="-ms-2 inline-flex min-h-10 items-center gap-2 rounded-md px-2 text-muted hover:text-text">
          <ArrowLeft aria-hidden="true" className="size-4.5" />
          Conversations
        </Link>
        <h1 className="mt-3 text-xl font-bold tracking-tight">Settings</h1>
        <div className="divide-y divide-hairline">
          <Section title="You" note="As others see you.">
            <div className="grid gap-6">
              <AvatarForm user={user} />
              <NameForm user={user} />
            </div>
          </Section>
          <Section title="Theme" note="On this device.">
            <ThemePicker initial={themeFrom(jar.get(THEME_COOKIE)?.value)} />
          </Section>
          <Section title="Password" note="Changing it signs your other devices out.">
            <PasswordForm username={user.username} hasPassword={account?.passwordHash != null} />
          </Section>
          {(providers.length > 0 || identities.length > 0) && (
            <Section
              title="Sign in elsewhere"
              note={`Identities that sign in to this account. A new one can be linked within ${RECENT_SIGN_IN_MINUTES} minutes of signing in.`}
            >
              <IdentityList identities={identities} providers={providers} refusal={error && refusalOf(error)} />
            </Section>
          )}
          <Section title="Devices" note="Where you are signed in. Signing a device out takes seconds.">
            <DeviceList user={user} sessions={sessions} />
          </Section>
          {notices.length > 0 && (
            <Section
              id="activity"
              title="Account activity"
              note="What was not your doing: unlink what you do not know, then change your password, which signs out everybody else."
            >
              <NoticeList notices={notices} />
            </Section>
          )}
        </div>
      </main>
    </AccountProvider>
  );
}
