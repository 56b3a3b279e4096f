#!/usr/bin/env node
import { command } from './command.js';

const usage = `Usage: client-get.js [PATH]

Gets a path of the function URL, signed, and prints the answer: client-get.js '/items?limit=2'
Without a path, gets /items.

Environment: FUNCTION_URL, ROLE_ARN, AWS_REGION, and credentials that may take the role.`;

await command(usage, 1, async (client, [path = '/items']) => (await client.request('GET', path)).body);
