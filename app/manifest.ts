import type { MetadataRoute } from "next";

/** What a browser needs to install Parley as an app. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: "/",
    name: "Parley",
    short_name: "Parley",
    description: "The messenger that you host yourself.",
    start_url: "/",
    display: "standalone",
    background_color: "#eef4f4",
    theme_color: "#005d6f",
    icons: [
      { src: "/icon.svg", type: "image/svg+xml", sizes: "any" },
      { src: "/icon-192.png", type: "image/png", sizes: "192x192" },
      { src: "/icon-512.png", type: "image/png", sizes: "512x512" },
      { src: "/icon-512-maskable.png", type: "image/png", sizes: "512x512", purpose: "maskable" },
    ],
  };
}
