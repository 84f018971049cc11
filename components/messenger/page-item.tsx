"use client";

import { Menu } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import { MENU_ITEM } from "@/components/ui/menu-item";
import { Trouble, useAct } from "@/components/ui/trouble";
import { useVisit } from "@/lib/client/screen/visit";
import { sentence } from "@/lib/protocol/errors/codes";

/** An item of a menu that leads to a page, and says so where there is no connection to ask for it. */
export function PageItem({ path, children }: { path: string; children: ReactNode }) {
  const { visit } = useVisit();
  const act = useAct();
  const go = async () => {
    if (!visit(path)) throw new Trouble(sentence("no_connection"));
  };
  return (
    <Menu.Item className={MENU_ITEM} onClick={() => void act(go)}>
      {children}
    </Menu.Item>
  );
}
