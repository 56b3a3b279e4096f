// Says what has changed between two OpenAPI documents, and fails if clients of the old one break.
// Usage: node diff.js OLD.yaml NEW.yaml
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { apiCompare } from 'api-smart-diff';
import { parse } from 'yaml';

/** The changes by what they are to clients: `breaking`, `nonBreaking`, `words`. */
export function changes(before, after) {
  const kinds = { breaking: 'breaking', 'non-breaking': 'nonBreaking' };
  const found = { breaking: [], nonBreaking: [], words: [] };
  for (const { type, path, description } of apiCompare(before, after).diffs) {
    const [, route, method] = path;
    const operation = path[0] === 'paths' ? `${String(method).toUpperCase()} ${route}` : path.join('/');
    found[kinds[type] ?? 'words'].push(`${operation}: ${description ?? path.join('/')}`);
  }
  return found;
}

function main([before, after]) {
  const document = (file) => parse(readFileSync(file, 'utf8'));
  const { breaking, nonBreaking, words } = changes(document(before), document(after));
  console.log(`${breaking.length} breaking, ${nonBreaking.length} other changes, ${words.length} of words alone`);
  for (const change of nonBreaking) console.log(`  ${change}`);
  for (const change of breaking) console.error(`BREAKING ${change}`);
  return breaking.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main(process.argv.slice(2));
