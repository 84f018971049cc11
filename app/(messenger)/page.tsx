import { redirect } from "next/navigation";
import { NothingOpen } from "@/components/messenger/nothing-open";
import { currentCaller } from "@/lib/server/auth/current-user";

export default async function HomePage() {
  if (!(await currentCaller())) redirect("/sign-in");
  return <NothingOpen />;
}
