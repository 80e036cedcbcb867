// The package carries the template that it deploys.
import { copyFileSync, mkdirSync } from 'node:fs';

const here = (path) => new URL(path, import.meta.url);
mkdirSync(here('template'), { recursive: true });
copyFileSync(here('../cloudformation/leastwise.yaml'), here('template/leastwise.yaml'));
