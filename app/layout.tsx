import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { ClockProvider } from "@/components/ui/time";
import { CLOCK_COOKIE, clockFrom } from "@/lib/client/screen/clock";
import { SIDEBAR_COOKIE, sidebarWidthFrom, THEME_COOKIE, themeFrom } from "@/lib/client/screen/preferences";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Parley", template: "%s · Parley" },
  description: "The messenger that you host yourself: instant, calm, and it never loses a message.",
  applicationName: "Parley",
  appleWebApp: { capable: true, title: "Parley", statusBarStyle: "default" },
  formatDetection: { telephone: false, date: false, address: false, email: false },
  robots: { index: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  interactiveWidget: "resizes-content",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#eef4f4" },
    { media: "(prefers-color-scheme: dark)", color: "#0c1215" },
  ],
};

/**
 * What a person chose for this browser comes by cookie and is in the first byte: the theme as an
 * attribute, the sidebar's width as a rule under the page's nonce. So nothing changes after it was seen.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const theme = themeFrom(jar.get(THEME_COOKIE)?.value);
  const width = sidebarWidthFrom(jar.get(SIDEBAR_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme === "system" ? undefined : theme} suppressHydrationWarning>
      <head>
        <link rel="icon" type="image/svg+xml" href="/icon.svg" data-unread-href="/icon-unread.svg" />
        <link rel="apple-touch-icon" href="/icon-180.png" />
        <style nonce={sent.get("x-nonce") ?? undefined} suppressHydrationWarning>{`:root{--sidebar-width:${width}px}`}</style>
      </head>
      <body>
        <ClockProvider clock={clockFrom(jar.get(CLOCK_COOKIE)?.value, new Date())}>{children}</ClockProvider>
      </body>
    </html>
  );
}
