// The Terraform files of folders as JSON, by Terraform's own parser.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const { parse } = require('@cdktf/hcl2json');
const folders = {};
for (const folder of process.argv.slice(2)) {
  folders[folder] = {};
  for (const file of readdirSync(folder).filter((file) => file.endsWith('.tf'))) {
    folders[folder][file] = await parse(file, readFileSync(join(folder, file), 'utf8'));
  }
}
console.log(JSON.stringify(folders));
