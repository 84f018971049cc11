import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { OpenGroups } from "@/components/groups/open-groups";
import { currentCaller } from "@/lib/server/auth/current-user";

export const metadata: Metadata = { title: "Open groups" };

export default async function OpenGroupsPage() {
  if (!(await currentCaller())) redirect("/sign-in?callbackUrl=/groups");
  return <OpenGroups />;
}
