import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

// Nest needs the metadata of decorators, which Vitest's own compiler does not write.
export default defineConfig({ plugins: [swc.vite()], test: { globals: true, include: ['test/*.spec.ts'] } });
