/** Writes docs/api.md from the routes themselves: `make docs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPage, describedApp } from './api-page.ts';

writeFileSync(join(import.meta.dirname, '../docs/api.md'), apiPage(describedApp()));
