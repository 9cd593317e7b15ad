import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds the API: a passerby that runs beside it. */
const API = process.env.PASSERBY ?? "http://localhost:8080";

export default defineConfig({
  base: "./", // it may be served under any path
  plugins: [react()],
  build: {
    outDir: "../src/passerby/page",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy allows files of ours, and nothing within the page
    target: "es2023",
    license: { fileName: "licences.json" }, // of what is in the page: they ask for it, and About shows them
  },
  server: { proxy: { "/api": { target: API, ws: true } } },
});
