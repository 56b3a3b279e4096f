// Says what has changed between two OpenAPI documents, and fails if clients of the old one break.
// Usage: node diff.js OLD.yaml NEW.yaml
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { apiCompare } from 'api-smart-diff';
import { parse } from 'yaml';

/** The changes by what they are to clients: `breaking`, `nonBreaking`, `words`. */
export function changes(before, after) {
  const found = { breaking: [], nonBreaking: [], words: [] };
  for (const change of apiCompare(before, after).diffs) {
    const { path, description } = change;
    const [, route, method] = path;
    const operation = path[0] === 'paths' ? `${String(method).toUpperCase()} ${route}` : path.join('/');
    found[kindOf(change)].push(`${operation}: ${description ?? path.join('/')}`);
  }
  if (open(before) && !open(after)) found.breaking.push('security: a request without a signature is no longer taken');
  return found;
}

/** The tool's verdict, but for what it does not know of this contract. */
function kindOf({ type, action, path, after }) {
  const [last, parent] = [path.at(-1), path.at(-2)];
  if (action === 'remove' && parent === 'properties') {
    // Bodies that are sent are closed: what clients still send would be refused. Of an answer,
    // nobody should have to miss what was there.
    return 'breaking';
  }
  if (last === 'additionalProperties' && path.includes('requestBody') && after === false) return 'breaking';
  return { breaking: 'breaking', 'non-breaking': 'nonBreaking' }[type] ?? 'words';
}

/** Whether requests without a signature are taken where an operation does not say otherwise. */
const open = ({ security }) => !security?.length || security.some((way) => Object.keys(way).length === 0);

function main([before, after]) {
  const document = (file) => parse(readFileSync(file, 'utf8'));
  const { breaking, nonBreaking, words } = changes(document(before), document(after));
  console.log(`${breaking.length} breaking, ${nonBreaking.length} other changes, ${words.length} of words alone`);
  for (const change of nonBreaking) console.log(`  ${change}`);
  for (const change of breaking) console.error(`BREAKING ${change}`);
  return breaking.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main(process.argv.slice(2));
